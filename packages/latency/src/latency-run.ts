import {
  RecordKind,
  kindAt,
  type CollectorContext,
  type EventSource,
  type RecordBatch,
  type SessionClock,
} from '@hftmon/core';
import { SpikeDetector } from './detect/spike-detector.js';
import { Thresholds } from './detect/thresholds.js';
import type { Group, GroupFinder } from './detect/group-finder.js';
import { Time, type ThreadTrack } from './detect/thread-track.js';
import type { LatencyMetrics } from './latency-collector.js';
import { Lookups } from './lookup/lookups.js';
import { CpuLogs } from './observe/cpu-logs.js';
import { RecordIntake } from './observe/record-intake.js';
import { StopSignals } from './observe/stop-signals.js';
import { ThreadRegistry } from './observe/thread-registry.js';
import type { ResolvedOptions } from './options/latency-options.js';
import { explainStretch, type Explanation } from './receipt/explain-stretch.js';
import type { Scene } from './receipt/scene.js';
import { LossWindows } from './report/loss-windows.js';
import { listNotObserved } from './report/not-observed.js';
import { RateLimit, type WithheldSpikes } from './report/rate-limit.js';
import { News, type SpikeListeners } from './report/news.js';
import { Reporter } from './report/reporter.js';
import type { SpikeStore } from './report/spike-store.js';
import { EventLog } from './spans/event-log.js';
import { SpanRecorder } from './spans/span-recorder.js';
import type { SpikeCorrection } from './types/correction.js';
import type { SlowSpan } from './types/span.js';
import type { ThresholdInForce } from './types/thread-threshold.js';

/**
 * Records may be that old when the clock is asked without new ones: the pump brings them every
 * few ms, later when it has to wait for a CPU.
 */
const DELIVERY_LAG_NS = 10e6;

/** Who hears of what is found. */
export interface RunListeners extends SpikeListeners {
  readonly span: (span: SlowSpan) => void;
  readonly correction: (correction: SpikeCorrection) => void;
}

/** The state of the collector between `open` and `close`. */
export class LatencyRun {
  readonly #clock: SessionClock;
  readonly #source: EventSource;
  readonly #store: SpikeStore;
  readonly #listeners: RunListeners;
  readonly #news: News;
  readonly #threads: ThreadRegistry;
  readonly #lookups: Lookups;
  readonly #detector: SpikeDetector;
  readonly #intake: RecordIntake;
  readonly #losses: LossWindows;
  readonly #sceneOf: (track: ThreadTrack, pid: number) => Scene;
  readonly #reporter: Reporter;
  readonly #limit: RateLimit;
  readonly #events: EventLog;
  /** Spans by name; absent when they are not asked for. */
  readonly spans: SpanRecorder | undefined;
  readonly #spanNews: SlowSpan[] = [];
  readonly #corrections: SpikeCorrection[] = [];
  /** First look at the clock: the probes are at work. In an array, so that storing allocates nothing. */
  readonly #started = new Float64Array([Infinity]);

  constructor(
    options: ResolvedOptions,
    context: CollectorContext,
    store: SpikeStore,
    listeners: RunListeners,
    byTid: Map<number, number>,
  ) {
    const { clock, source, procRoot } = context;
    this.#clock = clock;
    this.#source = source;
    this.#store = store;
    this.#listeners = listeners;
    const news = (this.#news = new News(store, listeners));
    const lookups = (this.#lookups = new Lookups(context));
    const cpus = new CpuLogs();
    const signals = new StopSignals();
    this.#losses = new LossWindows((fromNs, toNs) => this.#onLoss(fromNs, toNs));
    const thresholds = new Thresholds(options, byTid, (track) => this.#nameOf(track));
    this.#detector = new SpikeDetector(options, thresholds, {
      onGroup: (...found) => this.#onGroup(...found),
      onLooked: () => news.tellVerdicts(),
    });
    this.#threads = new ThreadRegistry(
      procRoot,
      (track) => this.#detector.close(track),
      (tid) => void byTid.delete(tid),
    );
    const threads = this.#threads;
    this.#intake = new RecordIntake({ threads, cpus, signals, detector: this.#detector });
    const missing = listNotObserved(options, source.environment);
    const causes = missing.map(({ cause }) => cause).filter((cause) => cause !== 'gc_pause');
    const withPauses = [...causes, 'gc_pause'];
    const seesPauses = (pid: number): boolean =>
      source.runtimes?.some((probe) => probe.pid === pid && probe.refusal === undefined) ?? false;
    this.#sceneOf = ({ tid, log }, pid) => ({
      tid,
      pid,
      log,
      cpus,
      signals,
      lookups,
      notRuledOut: seesPauses(pid) ? causes : withPauses,
      truncated: false,
    });
    this.#limit = new RateLimit(options.maxSpikesPerSecond);
    this.#events = new EventLog({
      mark: (nameId) => context.markName?.(nameId),
      instant: (origin, nameId) => source.spanOrigins?.nameOf(origin, nameId),
    });
    this.spans = !options.spans
      ? undefined
      : new SpanRecorder({
          budgets: options.spanBudgets,
          clock,
          origins: () => source.spanOrigins,
          events: this.#events,
          trackOf: (tid, pid) => threads.of(tid, pid),
          sceneOf: this.#sceneOf,
          commOf: (pid, tid, atNs) => lookups.tasks.ofThread(pid, tid, atNs),
          observed: (fromNs, toNs) =>
            fromNs >= (source.startedNs ?? this.#started[0]!) &&
            !this.#losses.overlap(fromNs, toNs),
          onSlow: (span) => {
            if (!threads.isLeaving(span.pid)) this.#spanNews.push(span);
          },
        });
    this.#reporter = new Reporter({
      limit: this.#limit,
      mergeGapNs: options.mergeGapNs,
      clock,
      lookups,
      pidOf: (track) => threads.pidOf(track),
      sceneOf: this.#sceneOf,
      lostIn: (fromNs, toNs) => this.#losses.overlap(fromNs, toNs),
      recycles: listeners.spike === undefined,
    });
  }

  get metrics(): LatencyMetrics {
    let spans = 0;
    for (const { durations } of this.spans?.books ?? []) spans += durations.count;
    return {
      spans,
      spikes: this.#reporter.told,
      superseded_spikes: this.#reporter.superseded,
      withheld_spikes: this.#limit.withheld,
      incomplete_spikes: this.#store.incomplete,
      distrusted_syscalls: this.#detector.distrusted,
    };
  }

  /** Spikes that the rate limit kept back. */
  withheld(): WithheldSpikes {
    return this.#limit.counts();
  }

  /** Thresholds in force for the threads that have stalled. */
  thresholds(): ThresholdInForce[] {
    const tracks = [...this.#threads.all()].filter(({ muted }) => !muted);
    return tracks.map((track) => this.#inForce(track));
  }

  /** What was set for that thread has changed. */
  reassign(tid: number): void {
    this.#threads.reassign(tid);
  }

  attach(pid: number): void {
    this.#threads.attach(pid);
  }

  /** Tells what was found of a process, and from here on nothing. Its records may go on until `detach`. */
  leave(pid: number): void {
    this.#news.write();
    this.#threads.leave(pid);
    this.#tell();
  }

  detach(pid: number): void {
    this.#news.write();
    this.#threads.detach(pid);
    this.#lookups.mappings.release(pid);
    this.#tell();
  }

  /** Before the records of a batch. @param firstEndNs - end of the first of them */
  begin(batch: RecordBatch, firstEndNs: number): void {
    this.spans?.begin();
    this.#losses.see(batch, this.#intake.watermarkNs, firstEndNs);
  }

  take(u32: Uint32Array, f64: Float64Array, base: number): void {
    switch (kindAt(u32, base)) {
      case RecordKind.Span:
        this.spans?.take(u32, f64, base);
        break;
      case RecordKind.Mark:
        this.#events.add(u32, f64, base);
        break;
      default:
        this.#intake.take(u32, f64, base);
    }
  }

  /** After the records of a batch. */
  end(): void {
    this.#detector.advance(this.#intake.watermarkNs);
    this.#tell();
  }

  /** End of the latest record that was taken, ns since the epoch. */
  get watermarkNs(): number {
    return this.#intake.watermarkNs;
  }

  /** What a stretch of a thread's time was made of, as far as its records are still kept. */
  explain(tid: number, startNs: number, endNs: number): Explanation {
    this.#losses.check(this.#dropped(), this.#clock.nowNs());
    const track = this.#threads.obtain(tid);
    const scene = this.#sceneOf(track, this.#threads.pidOf(track));
    return {
      ...explainStretch(scene, startNs, endNs),
      ...(this.#losses.overlap(startNs, endNs) ? { incomplete: true } : {}),
    };
  }

  /** Nothing comes: keeps at hand what the next spike needs. */
  touch(): void {
    this.#news.write();
    this.#detector.touch();
  }

  /** Time has passed, perhaps without a record. */
  tick(nowNs: number): void {
    if (this.#started[0] === Infinity) this.#started[0] = nowNs;
    this.#losses.check(this.#dropped(), nowNs);
    this.#detector.advance(Math.max(this.#intake.watermarkNs, nowNs - DELIVERY_LAG_NS));
    this.#tell();
  }

  /** Everything that ended by now has been delivered: open runs are looked at as they are. */
  settle(): void {
    this.#news.write();
    this.#losses.check(this.#dropped(), this.#clock.nowNs());
    for (const track of this.#threads.all()) this.#detector.close(track);
    this.#tell();
  }

  /** Looks at what is open and forgets the threads; the spikes stay with the store. */
  close(): void {
    this.settle();
    this.#threads.clear();
  }

  #dropped(): number {
    return this.#source.dropped?.() ?? this.#source.losses().dropped;
  }

  #inForce(track: ThreadTrack): ThresholdInForce {
    const { tid, stalls } = track;
    this.#detector.settleThreshold(track);
    return {
      tid,
      pid: this.#threads.pidOf(track),
      comm: this.#nameOf(track),
      thresholdUs: track.times[Time.Threshold]! / 1000,
      origin: track.origin,
      ...(track.origin === 'adaptive' && stalls !== undefined
        ? { adaptation: { stalls: stalls.taken, p999Us: stalls.p999() / 1000 } }
        : {}),
    };
  }

  #nameOf(track: ThreadTrack): string {
    return this.#lookups.tasks.ofThread(this.#threads.pidOf(track), track.tid, Infinity);
  }

  #onGroup(track: ThreadTrack, group: Group, finder: GroupFinder, eager: boolean): void {
    const spike = this.#reporter.report(track, group, finder);
    if (spike === undefined) return;
    if (eager) this.#news.addPrompt(spike);
    else this.#news.add(spike);
  }

  #onLoss(fromNs: number, toNs: number): void {
    const marked = this.#store.markIncomplete(fromNs, toNs);
    const incomplete = marked.filter((id) => !this.#news.isUntold(id));
    // One that is not told yet will be before the correction is.
    const spans = (this.spans?.markIncomplete(fromNs, toNs) ?? []).map(
      ({ name, tid, timestampNs, durationNs }) => ({ name, tid, timestampNs, durationNs }),
    );
    if (incomplete.length + spans.length === 0) return;
    this.#corrections.push({
      timestamp: this.#clock.toDate(fromNs),
      timestampNs: fromNs,
      durationNs: toNs - fromNs,
      incomplete,
      spans,
    });
  }

  #tell(): void {
    this.#news.tell();
    for (let span = this.#spanNews.shift(); span !== undefined; span = this.#spanNews.shift()) {
      this.#listeners.span(span);
    }
    const corrections = this.#corrections;
    for (let next = corrections.shift(); next !== undefined; next = corrections.shift()) {
      this.#listeners.correction(next);
    }
  }
}
