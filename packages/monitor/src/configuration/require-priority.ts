import { readFileSync } from 'node:fs';
import { createError, type ProbeEnvironment } from '@hftmon/core';

/**
 * May this process give one of its threads a real-time priority?
 * @throws PermissionError `HFTMON_E_PRIORITY_NOT_PERMITTED`
 */
export function requirePriority(priority: number, environment: ProbeEnvironment): void {
  if (priority === 0 || environment.hasCapability('CAP_SYS_NICE')) return;
  const limit = realtimeLimit(environment.procRoot);
  if (priority <= limit) return;
  throw createError('HFTMON_E_PRIORITY_NOT_PERMITTED', { value: priority, limit });
}

/** Soft RLIMIT_RTPRIO; 0 when it cannot be read. */
function realtimeLimit(procRoot: string): number {
  try {
    const limits = readFileSync(`${procRoot}/self/limits`, 'utf8');
    const soft = /^Max realtime priority\s+(\S+)/m.exec(limits)?.[1];
    return soft === 'unlimited' ? 99 : Number(soft ?? 0);
  } catch {
    return 0;
  }
}
