import { messageOf } from '@hftmon/core';
import { isMonitorError, type HFTResourceMonitor } from '@hftmon/monitor';
import type { HostCheck } from './report.js';

/** Loads and attaches all probes for a moment: what no look at the host can promise. */
export function liveCheck(monitor: HFTResourceMonitor): HostCheck {
  const check = { name: 'live test', purpose: 'all probes load and attach' };
  try {
    monitor.startMonitoring();
    monitor.stopMonitoring();
    return { ...check, status: 'available' };
  } catch (error) {
    if (!isMonitorError(error)) {
      const remedy = 'report it with the kernel version (uname -r)';
      return { ...check, status: 'absent', reason: messageOf(error), remedy };
    }
    const reason = error.message.replace(/\. Remedy: .*$/s, '');
    return { ...check, status: 'absent', reason, remedy: error.remedy };
  }
}
