import type { ResolvedOptions } from '../options/latency-options.js';
import { GroupFinder, type Group } from './group-finder.js';
import { Time, type ThreadTrack } from './thread-track.js';
import type { Thresholds } from './thresholds.js';

/** A run with more intervals than that, or longer, is looked at before it ends. */
const LONG_RUN_INTERVALS = 512;
const LONG_RUN_NS = 50e6;
const FEW_INTERVALS = 16;
/** One with more than that is cut there, whatever its groups: its log would overwrite itself. */
const LONGEST_RUN_INTERVALS = 1536;

/** Hears of what a detector found. */
export interface GroupListener {
  /**
   * A spike. The group is valid during the call alone; the finder's pieces for as long, and where
   * `eager` until `onLooked` has returned.
   */
  onGroup(track: ThreadTrack, group: Group, finder: GroupFinder, eager: boolean): void;
  /** An eager look is over. It may lead to other looks. */
  onLooked(): void;
}

/**
 * Finds the spikes of threads. Hot path: a stall is copied into its thread's log and extends the
 * thread's open run; a run is looked at when the stream has passed it and it may hold a spike.
 */
export class SpikeDetector {
  readonly #options: ResolvedOptions;
  readonly #finder: GroupFinder;
  readonly #report: GroupListener;
  readonly #thresholds: Thresholds;
  /** How far beyond its end a run stays open, ns. */
  readonly #slackNs: number;
  /** Threads with an open run. */
  readonly #listed: ThreadTrack[] = [];
  /** Of the run that is being looked at. */
  #track: ThreadTrack | undefined;
  #limitNs = 0;
  #nextFirst = Infinity;
  #eager = false;
  readonly #visit = (group: Group): void => this.#onGroup(group);
  readonly #touch = (group: Group): void => void this.#track!.reported.has(group);

  constructor(options: ResolvedOptions, thresholds: Thresholds, report: GroupListener) {
    this.#options = options;
    this.#finder = new GroupFinder(options.mergeGapNs);
    this.#slackNs = options.mergeGapNs + options.settleNs;
    this.#report = report;
    this.#thresholds = thresholds;
  }

  /** System calls that were not believed; see GroupFinder. */
  get distrusted(): number {
    return this.#finder.distrusted;
  }

  /** Takes a stall of a thread, a copy of the record at `base`. @param span - start and end */
  stall(
    track: ThreadTrack,
    u32: Uint32Array,
    base: number,
    span: Float64Array,
    type: number,
  ): void {
    const { times } = track;
    const start = span[0]!;
    const end = span[1]!;
    if (track.open && start > times[Time.RunEnd]! + this.#slackNs) this.close(track);
    if (!track.open) this.#openRun(track, span);
    if (start < times[Time.RunStart]!) times[Time.RunStart] = start;
    if (end > times[Time.RunEnd]!) times[Time.RunEnd] = end;
    times[Time.RunSum]! += end - start;
    if (start <= times[Time.ClosedEnd]! + this.#options.mergeGapNs) track.reopened = true;
    track.log.append(u32, base, span, type);
    this.#thresholds.see(track, span);
    const added = track.log.head - track.shortened;
    const long = end - times[Time.RunStart]! > LONG_RUN_NS && added > FEW_INTERVALS;
    if (long || added > LONG_RUN_INTERVALS) this.#lookEarly(track, end - this.#slackNs);
  }

  /** Gives a thread its threshold, if it has none yet or may have another name. */
  settleThreshold(track: ThreadTrack): void {
    if (!track.assigned) this.#thresholds.assign(track);
  }

  /** Closes the runs that the stream has passed. @param watermarkNs - latest end that was seen */
  advance(watermarkNs: number): void {
    const listed = this.#listed;
    for (let i = listed.length - 1; i >= 0; i--) {
      const track = listed[i]!;
      if (track.open && track.times[Time.RunEnd]! + this.#slackNs < watermarkNs) this.close(track);
      if (track.open) {
        if (this.#options.eager) this.#lookEagerly(track);
        continue;
      }
      track.listed = false;
      listed[i] = listed[listed.length - 1]!;
      listed.pop();
    }
  }

  /** Ends a thread's open run and looks at it, if it may hold a spike. */
  close(track: ThreadTrack): void {
    if (!track.open) return;
    const { times } = track;
    if (this.#mayHoldSpike(track)) this.#look(track, Infinity);
    track.open = false;
    times[Time.ClosedEnd] = Math.max(times[Time.ClosedEnd]!, times[Time.RunEnd]!);
  }

  #openRun(track: ThreadTrack, span: Float64Array): void {
    const { times } = track;
    this.settleThreshold(track);
    track.open = true;
    track.reopened = false;
    track.runFirst = track.log.head;
    track.shortened = track.log.head;
    times[Time.RunStart] = span[0]!;
    times[Time.RunEnd] = span[0]!;
    times[Time.RunSum] = 0;
    if (track.listed) return;
    track.listed = true;
    this.#listed.push(track);
  }

  #mayHoldSpike(track: ThreadTrack): boolean {
    return track.reopened || track.times[Time.RunSum]! >= track.times[Time.Threshold]!;
  }

  /** Reports the groups of a long run that have ended; the run goes on with the rest. */
  #lookEarly(track: ThreadTrack, limitNs: number): void {
    const { times, log } = track;
    this.#nextFirst = Infinity;
    this.#look(track, limitNs);
    const first = this.#nextFirst;
    track.shortened = log.head;
    if (first !== Infinity && log.head - first <= LONGEST_RUN_INTERVALS) {
      track.runFirst = first;
      // What is left of the run may hold a spike whatever its sum, which isn't worth adding up.
      track.reopened = true;
      times[Time.RunStart] = log.startOf(log.baseOf(first));
      return;
    }
    if (first !== Infinity) {
      track.cutting = true;
      this.#look(track, Infinity);
      track.cutting = false;
      times[Time.Cut] = times[Time.RunEnd]!;
    }
    track.open = false;
    times[Time.ClosedEnd] = Math.max(times[Time.ClosedEnd]!, times[Time.RunEnd]!);
  }

  #lookEagerly(track: ThreadTrack): void {
    if (track.seen === track.log.head || !this.#mayHoldSpike(track)) return;
    track.seen = track.log.head;
    this.#eager = true;
    this.#look(track, Infinity);
    this.#eager = false;
    this.#report.onLooked();
  }

  /**
   * Goes once more through the latest run of the thread that was looked at last, which changes
   * nothing: what the next look at it will need is in the caches then. Not while a spike that was
   * found is still to be written.
   */
  touch(): void {
    const track = this.#track;
    // A run may lie in an outer interval of many: going through these would keep records waiting.
    if (track === undefined || this.#finder.gathered > FEW_INTERVALS) return;
    const { distrusted } = this.#finder;
    this.#finder.find(track, this.#touch);
    this.#finder.distrusted = distrusted;
  }

  /** @param limitNs - groups that end later are not reported yet */
  #look(track: ThreadTrack, limitNs: number): void {
    this.#track = track;
    this.#limitNs = limitNs;
    this.#finder.find(track, this.#visit);
  }

  #onGroup(group: Group): void {
    if (group.firstOfRun === Infinity) return;
    if (group.endNs > this.#limitNs) this.#nextFirst = Math.min(this.#nextFirst, group.firstOfRun);
    else if (group.stallNs >= this.#track!.times[Time.Threshold]!) {
      this.#report.onGroup(this.#track!, group, this.#finder, this.#eager);
    }
  }
}
