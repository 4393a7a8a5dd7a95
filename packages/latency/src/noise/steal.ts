import { readFileSync } from 'node:fs';
import type { Support } from '@hftmon/core';

/** A tick of /proc/stat (USER_HZ, the same on every Linux), ns. */
export const STEAL_GRAIN_NS = 10_000_000;

/** Place of steal among the numbers of a line of /proc/stat. */
const STEAL_FIELD = 7;

/** Evidence that is counted over a whole run. */
export interface HardwareCount {
  /** `undefined` when there is no source; `support` says why. */
  readonly value: number | undefined;
  readonly support: Support;
}

/** Time that the hypervisor took from a CPU so far, ns; `undefined` when the kernel doesn't say. */
export function readStealNs(cpu: number, procRoot: string): number | undefined {
  const text = readFileSync(`${procRoot}/stat`, 'utf8');
  const numbers = new RegExp(`^cpu${cpu} (.*)$`, 'm').exec(text)?.[1]?.trim().split(/\s+/);
  const ticks = numbers?.[STEAL_FIELD];
  return ticks === undefined ? undefined : Number(ticks) * STEAL_GRAIN_NS;
}

/** Steal over a run, ns, from readings at both of its ends. */
export function stealCount(before: number | undefined, after: number | undefined): HardwareCount {
  if (before !== undefined && after !== undefined) {
    const source = `/proc/stat, in steps of ${STEAL_GRAIN_NS / 1e6} ms`;
    return { value: after - before, support: { ok: true, tier: 'procfs', source } };
  }
  return {
    value: undefined,
    support: {
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: '/proc/stat has no steal time of this CPU',
      remedy: 'the CPU must be online, and the kernel 2.6.11 or later',
    },
  };
}
