import { existsSync } from 'node:fs';
import {
  perCpuDistances,
  readCorePmus,
  readIdleDriver,
  readNumaTopology,
} from '@hftmon/perf-native';
import type { ProbeEnvironment } from '@hftmon/core';
import type { Cause } from '../types/cause.js';

/** The host could tell, and nobody looks yet. */
const NOT_COLLECTED = 'not collected by this version';

/** Why this host, or this version on it, can't tell of causes in the hardware and in memory. */
export function hardwareReasons({ sysRoot }: ProbeEnvironment): ReadonlyMap<Cause, string> {
  const cpu = `${sysRoot}/devices/system/cpu/cpu0`;
  const reasons = new Map<Cause, string>();
  const counted = countedReason(sysRoot);
  for (const cause of ['cache_misses', 'false_sharing', 'remote_memory'] as const) {
    reasons.set(cause, counted);
  }
  reasons.set('smi', smiReason(sysRoot));
  reasons.set('frequency', folderReason(`${cpu}/cpufreq`, 'the kernel does not scale frequencies'));
  if (readIdleDriver(sysRoot) === undefined) {
    const file = `${sysRoot}/devices/system/cpu/cpuidle/current_driver`;
    reasons.set('c_state', `the kernel has no driver of idle states (by ${file})`);
  }
  reasons.set(
    'thermal',
    folderReason(`${cpu}/thermal_throttle`, 'the kernel counts no throttling'),
  );
  const { stealTime, vmEvents } = perCpuDistances(sysRoot);
  if (stealTime === undefined) {
    reasons.set('steal', 'the kernel has no steal clock of KVM, by its BTF');
  }
  if (vmEvents === undefined) {
    reasons.set('thp', 'the kernel counts no events of its memory (vm_event_states), by its BTF');
  }
  if (readNumaTopology(sysRoot).nodes.length < 2) {
    reasons.set('numa_migration', 'the host has one NUMA node');
  }
  return reasons;
}

function countedReason(sysRoot: string): string {
  return readCorePmus(sysRoot).length === 0
    ? 'this host has no core PMU (a virtual machine without a virtual PMU)'
    : NOT_COLLECTED;
}

function smiReason(sysRoot: string): string {
  const event = `${sysRoot}/bus/event_source/devices/msr/events/smi`;
  if (existsSync(event)) return NOT_COLLECTED;
  return readCorePmus(sysRoot).length === 0
    ? `nothing counts them: no core PMU, and no ${event}`
    : NOT_COLLECTED;
}

function folderReason(folder: string, without: string): string {
  return existsSync(folder) ? NOT_COLLECTED : `${without} (no ${folder})`;
}
