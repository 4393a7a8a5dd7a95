import type { InterruptTotals, TickDependency } from '@hftmon/core';
import { readCpuLists } from '@hftmon/perf-native';
import { hasNohzFull } from './metric-support.js';

/** The timer tick of one CPU since the start. */
export interface TickInfo {
  readonly cpu: number;
  /** The kernel may stop its tick also while a task runs (`nohz_full=`). */
  readonly nohzFull: boolean;
  /** Times that the tick was stopped: when the CPU went idle, or (nohz_full) while a task ran. */
  readonly stopped: number;
  /**
   * Times that the kernel wanted to stop the tick and found a reason against it, by reason; reasons
   * that never were are left out. Absent where the CPU is not in `nohz_full`.
   */
  readonly kept?: Readonly<Partial<Record<TickDependency, number>>>;
  /** Why the tick goes on while a task runs there, in a sentence. */
  readonly why: string;
}

const SENTENCES: Readonly<Record<TickDependency, string>> = {
  posix_timer: 'a POSIX CPU timer is armed',
  perf_events: 'a perf event needs it (frequency mode, or too many events to fit)',
  sched: 'more than one task wants the CPU',
  clock_unstable: 'the clock is not reliable without it',
  rcu: 'RCU needs it',
  rcu_exp: 'an expedited RCU grace period needs it',
};

/** Where the tick may be stopped while a task runs: fixed when the host boots. */
export interface TickHost {
  /** The kernel was built with CONFIG_NO_HZ_FULL. */
  readonly built: boolean;
  /** CPUs of `nohz_full=`. */
  readonly nohzFull: readonly number[];
  readonly online: readonly number[];
}

export function readTickHost(sysRoot: string): TickHost {
  const { nohzFull, online } = readCpuLists(sysRoot);
  return { built: hasNohzFull(sysRoot), nohzFull, online };
}

/** Why the tick is on, by CPU; empty where stops of the tick are not looked at. */
export function ticks(totals: InterruptTotals, { built, nohzFull, online }: TickHost): TickInfo[] {
  return (totals.ticks ?? [])
    .filter(({ cpu, stopped }) => stopped > 0 || online.includes(cpu))
    .map(({ cpu, stopped, kept }) => {
      if (!nohzFull.includes(cpu)) {
        const why = built
          ? 'the CPU is not in nohz_full=, so it ticks whenever a task runs'
          : 'the kernel was built without CONFIG_NO_HZ_FULL, so it ticks whenever a task runs';
        return { cpu, nohzFull: false, stopped, why };
      }
      const reasons = Object.entries(kept)
        .filter(([, count]) => count > 0)
        .sort(([, a], [, b]) => b - a) as [TickDependency, number][];
      const main = reasons[0]?.[0];
      return {
        cpu,
        nohzFull: true,
        stopped,
        kept: Object.fromEntries(reasons),
        why: main === undefined ? 'nothing was seen to keep it on' : SENTENCES[main],
      };
    });
}
