import { stealWindowNs, syscallNetNs } from '@hftmon/core';
import type { IntervalLog } from '../observe/interval-log.js';
import { IntervalType, isStall } from '../observe/interval-type.js';
import { Pieces } from './pieces.js';
import { Time, type ThreadTrack } from './thread-track.js';

/** How far out of order the intervals of one thread may come, ns. */
const DISORDER_NS = 200e3;
/** A merge beyond this length begins a new group, so that an endless storm is still told. */
const LONGEST_GROUP_NS = 1e9;
/** A system call is believed when at most that much of it is neither known nor its own time. */
const TRUSTED_NS = 5000;
const TRUSTED_SHARE = 0.02;

/** A group of stalls that belong together. One object, reused. */
export interface Group {
  startNs: number;
  endNs: number;
  /** Time in any stall, each ns once. */
  stallNs: number;
  /** Pieces `first` to `last - 1` of the finder. */
  first: number;
  last: number;
  /** Sequence number of its first interval that belongs to the open run; Infinity for none. */
  firstOfRun: number;
}

/**
 * Sorts the latest intervals of a thread into groups. Outer intervals end after inner ones, so
 * that a group may reach back over stalls that were looked at before.
 *
 * All its memory is reused: looking at a run allocates nothing.
 */
export class GroupFinder {
  /** Stalls, a system call without the sleeps in it, in the order of their starts. */
  readonly pieces = new Pieces();
  /** Sleeps that end what came before, in the order of their starts. */
  readonly #sleeps = new Pieces();
  readonly #intervals = new Pieces();
  readonly #mergeGapNs: number;
  /** Doubles in an array: storing them never allocates. */
  readonly #reach = new Float64Array(2);
  readonly #group: Group = {
    startNs: 0,
    endNs: 0,
    stallNs: 0,
    first: 0,
    last: 0,
    firstOfRun: 0,
  };
  /** System calls that were left out, because time in them is accounted for by no record. */
  distrusted = 0;

  constructor(mergeGapNs: number) {
    this.#mergeGapNs = mergeGapNs;
  }

  /** Intervals that the latest look went through. */
  get gathered(): number {
    return this.#intervals.count;
  }

  /** Finds the groups of the open run and what it touches, and visits them in order. */
  find(track: ThreadTrack, visit: (group: Group) => void): void {
    this.#gather(track);
    this.#cut(track.log);
    this.#visitGroups(track, visit);
  }

  /** Intervals that the run reaches, directly or by merging, in the order of their starts. */
  #gather(track: ThreadTrack): void {
    const { times } = track;
    const reach = this.#reach;
    reach[0] = Math.max(times[Time.Cut]!, times[Time.RunStart]! - this.#mergeGapNs);
    // One that is passed over may be reached from an earlier one in the log, as they come disordered.
    do this.#collect(track);
    while (reach[1]! >= reach[0]! && reach[1]! > -Infinity);
    this.#intervals.sort();
  }

  /** Takes what ends after `reach[0]`, which it lowers; `reach[1]` becomes the last end passed over. */
  #collect({ log, times }: ThreadTrack): void {
    const intervals = this.#intervals;
    const reach = this.#reach;
    const cut = times[Time.Cut]!;
    intervals.clear();
    let low = reach[0]!;
    reach[1] = -Infinity;
    for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
      const base = log.baseOf(sequence);
      const end = log.endOf(base);
      if (end < low - DISORDER_NS) break;
      const type = log.typeOf(base);
      if (end <= cut || type === IntervalType.Move) continue;
      if (end < low) {
        if (end > reach[1]!) reach[1] = end;
        continue;
      }
      const start = Math.max(cut, log.startOf(base));
      if (isStall(type)) low = Math.max(cut, Math.min(low, start - this.#mergeGapNs));
      const i = intervals.claim(base, sequence);
      intervals.start[i] = start;
      intervals.end[i] = end;
    }
    reach[0] = low;
  }

  /** Makes pieces of the intervals: sleeps end what they follow, and cut system calls. */
  #cut(log: IntervalLog): void {
    const intervals = this.#intervals;
    this.pieces.clear();
    this.#sleeps.clear();
    let waitEnd = -Infinity;
    for (let i = 0; i < intervals.count; i++) {
      const end = intervals.end[i]!;
      const type = log.typeOf(intervals.base[i]!);
      if (isNoOwnWill(type)) waitEnd = Math.max(waitEnd, end);
      // Asleep in one of these, the thread waits for its memory, a lock or the helpers of its runtime.
      else if (type === IntervalType.Sleep && end > waitEnd) this.#sleeps.addFrom(intervals, i);
      else if (type === IntervalType.LateTimer) this.#endSleep(i);
    }
    let sleep = 0;
    for (let i = 0; i < intervals.count; i++) {
      const separates =
        sleep < this.#sleeps.count && this.#sleeps.sequence[sleep] === intervals.sequence[i];
      if (separates) sleep++;
      else if (log.typeOf(intervals.base[i]!) === IntervalType.Syscall) this.#cutSyscall(log, i);
      else this.pieces.addFrom(intervals, i);
    }
    this.pieces.sort();
  }

  /** The interval at `index` is the end of a sleep that the thread did not want any more. */
  #endSleep(index: number): void {
    const { start, end } = this.#intervals;
    const sleeps = this.#sleeps;
    const last = sleeps.count - 1;
    if (last >= 0 && sleeps.end[last] === end[index]) sleeps.end[last] = start[index]!;
  }

  /**
   * The stretches of a system call between its sleeps. If the kernel accounts less time on the CPU
   * to it than no record explains, a sleep in it was lost: it is left out, rather than called a
   * stall.
   */
  #cutSyscall(log: IntervalLog, index: number): void {
    const { pieces } = this;
    const intervals = this.#intervals;
    const base = intervals.base[index]!;
    const end = intervals.end[index]!;
    // What came before the oldest interval still held can't be told from sleep.
    const start = Math.max(intervals.start[index]!, Math.min(end, log.lostUntilNs));
    intervals.start[index] = start;
    const unexplained = this.#uncovered(log, index) - syscallNetNs(log.u32, base);
    if (unexplained > Math.max(TRUSTED_NS, TRUSTED_SHARE * (end - start))) {
      this.distrusted++;
      return;
    }
    const sleeps = this.#sleeps;
    const sequence = intervals.sequence[index]!;
    let from = start;
    for (let i = 0; i <= sleeps.count; i++) {
      const asleep = i < sleeps.count ? Math.min(end, sleeps.start[i]!) : end;
      if (asleep > from) {
        const piece = pieces.claim(base, sequence);
        pieces.start[piece] = from;
        pieces.end[piece] = asleep;
      }
      if (i < sleeps.count) from = Math.max(from, sleeps.end[i]!);
    }
  }

  /** Time in the system call at `index` that is in no interval within it. */
  #uncovered(log: IntervalLog, index: number): number {
    const intervals = this.#intervals;
    const end = intervals.end[index]!;
    let reached = intervals.start[index]!;
    let uncovered = 0;
    for (let i = 0; i < intervals.count; i++) {
      if (i === index || isAroundCalls(log.typeOf(intervals.base[i]!))) continue;
      const from = intervals.start[i]!;
      if (from >= end) break;
      if (from > reached) uncovered += from - reached;
      reached = Math.max(reached, intervals.end[i]!);
      if (reached >= end) return uncovered;
    }
    return uncovered + Math.max(0, end - reached);
  }

  #visitGroups({ log, runFirst }: ThreadTrack, visit: (group: Group) => void): void {
    const { pieces } = this;
    const group = this.#group;
    const sleeps = this.#sleeps;
    let sleep = 0;
    let alone = false;
    for (let i = 0; i < pieces.count; i++) {
      const start = pieces.start[i]!;
      const end = pieces.end[i]!;
      const loose = this.#isLoose(log, i);
      while (i > 0 && sleep < sleeps.count && sleeps.start[sleep]! < group.endNs) sleep++;
      const slept = sleep < sleeps.count && sleeps.end[sleep]! <= start;
      const far = start > group.endNs + this.#mergeGapNs;
      const long = start > group.endNs && start - group.startNs > LONGEST_GROUP_NS;
      const apart = start >= group.endNs && (loose || alone);
      if (i === 0 || slept || far || long || apart) {
        if (i > 0) visit(group);
        alone = loose;
        group.startNs = start;
        group.endNs = end;
        group.stallNs = end - start;
        group.first = i;
        group.firstOfRun = Infinity;
      } else if (end > group.endNs) {
        group.stallNs += end - Math.max(start, group.endNs);
        group.endNs = end;
        alone = false;
      }
      group.last = i + 1;
      const sequence = pieces.sequence[i]!;
      if (sequence >= runFirst && sequence < group.firstOfRun) group.firstOfRun = sequence;
    }
    if (pieces.count > 0) visit(group);
  }

  /**
   * Time that the hypervisor took, the kernel can't say when: it may have been far from what its
   * record stands next to. Unless it lies in another stall, it is a group of its own.
   */
  #isLoose(log: IntervalLog, i: number): boolean {
    const { base, start, end } = this.pieces;
    if (log.typeOf(base[i]!) !== IntervalType.Steal) return false;
    return stealWindowNs(log.u32, base[i]!) > end[i]! - start[i]! + this.#mergeGapNs;
  }
}

/** May a system call lie within it? Then it says nothing of what happened in the call. */
function isAroundCalls(type: number): boolean {
  return type === IntervalType.Syscall || type === IntervalType.Pause;
}

/** Does a thread that sleeps in it not sleep of its own will? */
function isNoOwnWill(type: number): boolean {
  return (
    type === IntervalType.Fault ||
    type === IntervalType.KernelLock ||
    type === IntervalType.MemoryWork ||
    type === IntervalType.Pause
  );
}
