import { readU64At } from '../source/shared-memory.js';
import { POLLER_END, POLLER_STATS } from './layout.js';

/**
 * Why a poller ended. `done`: its time was up. `overdue`: it did not end by itself, and the thread
 * that watches it had to end it.
 */
export type PollerEnd = 'running' | 'done' | 'stopped' | 'overdue';

/** What a native thread that polls did so far. */
export interface PollerStats {
  /** Thread id, 0 before it runs. */
  readonly tid: number;
  readonly end: PollerEnd;
  /** Its begin, CLOCK_MONOTONIC ns; 0 before it runs. */
  readonly beginNs: number;
  /** Time since its begin, ns, exact once it has ended and a few ms late before. */
  readonly durationNs: number;
  readonly samples: number;
  /** Slots that came due while an earlier one was still waiting to be sampled. */
  readonly missed: number;
  /** Slots that came due in the rests that a real-time thread takes. */
  readonly rested: number;
  readonly restedNs: number;
  /** Ticks per second of the CPU's counter; `undefined` when it reads CLOCK_MONOTONIC instead. */
  readonly counterHz: number | undefined;
}

const ENDS: readonly PollerEnd[] = ['running', 'done', 'stopped', 'overdue'];

/** Reads the `struct hftmon_poller_stats` at the begin of a view. */
export function readPollerStats(view: Uint32Array): PollerStats {
  const at = (offset: number) => readU64At(view, offset);
  const hertz = at(POLLER_STATS.hertz);
  return {
    tid: at(POLLER_STATS.tid),
    end: ENDS[at(POLLER_STATS.end)] ?? 'overdue',
    beginNs: at(POLLER_STATS.beginNs),
    durationNs: at(POLLER_STATS.nowNs) - at(POLLER_STATS.beginNs),
    samples: at(POLLER_STATS.samples),
    missed: at(POLLER_STATS.missed),
    rested: at(POLLER_STATS.rested),
    restedNs: at(POLLER_STATS.restedNs),
    counterHz: hertz === 0 ? undefined : hertz,
  };
}

/** Has it ended by itself, or been ended? Allocates nothing. */
export function hasEnded(view: Uint32Array): boolean {
  return Atomics.load(view, POLLER_STATS.end >>> 2) !== POLLER_END.running;
}
