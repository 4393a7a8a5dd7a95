import { readFileSync } from 'node:fs';
import type { Refusal } from '@hftmon/core';
import { readCpuLists } from '@hftmon/perf-native';

/** CPUs that count; none where the kernel's list of them makes no sense. */
export function onlineCpus(sysRoot: string): readonly number[] {
  try {
    return readCpuLists(sysRoot).online;
  } catch {
    return [];
  }
}

/** What the kernel counts of heat: of the core of a CPU, and of its package. */
export type ThrottleLevel = 'core' | 'package';

/**
 * How often CPUs were throttled because of heat so far: the sum of what each online CPU counts.
 * Reading it interrupts nobody. `undefined` when the kernel doesn't count that.
 */
export function readThrottles(level: ThrottleLevel, sysRoot: string): number | undefined {
  let sum: number | undefined;
  for (const cpu of onlineCpus(sysRoot)) {
    const count = countOf(`${folderOf(sysRoot, cpu)}/${level}_throttle_count`);
    if (count !== undefined) sum = (sum ?? 0) + count;
  }
  return sum;
}

export function noThrottles(level: ThrottleLevel, sysRoot: string): Refusal {
  return {
    ok: false,
    code: 'HFTMON_E_UNSUPPORTED',
    reason: `the kernel counts no throttling (no ${folderOf(sysRoot, 0)}/${level}_throttle_count)`,
    remedy: 'run on an Intel host without a hypervisor, which has it',
  };
}

function folderOf(sysRoot: string, cpu: number): string {
  return `${sysRoot}/devices/system/cpu/cpu${cpu}/thermal_throttle`;
}

function countOf(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined; // no such counter, or the CPU went offline
  }
}
