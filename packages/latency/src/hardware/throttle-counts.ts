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
 * How often CPUs were throttled because of heat since the kernel knows them: what each online CPU
 * counts, by its number. Reading it interrupts nobody. Empty when the kernel doesn't count that.
 */
export function readThrottles(level: ThrottleLevel, sysRoot: string): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const cpu of onlineCpus(sysRoot)) {
    const count = countOf(`${folderOf(sysRoot, cpu)}/${level}_throttle_count`);
    if (count !== undefined) counts.set(cpu, count);
  }
  return counts;
}

/**
 * What was added between two readings. `undefined` when they are not of the same CPUs: one that
 * goes offline takes its count with it, and one that comes brings that of its past.
 */
export function throttlesBetween(
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): number | undefined {
  if (before.size === 0 || before.size !== after.size) return undefined;
  let sum = 0;
  for (const [cpu, count] of after) {
    const earlier = before.get(cpu);
    if (earlier === undefined || count < earlier) return undefined;
    sum += count - earlier;
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

/** Of a run in which {@link throttlesBetween} had no answer. */
export function lostThrottles(level: ThrottleLevel): Refusal {
  return {
    ok: false,
    code: 'HFTMON_E_UNSUPPORTED',
    reason: `the CPUs with a ${level}_throttle_count were not the same all the time`,
    remedy: 'measure again while no CPU goes offline or comes online',
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
