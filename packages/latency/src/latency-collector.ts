import {
  RECORD_WORDS,
  SampleStatus,
  TypedEmitter,
  durationAt,
  silentLogger,
  timestampAt,
  tracepointSupport,
  type Collector,
  type CollectorContext,
  type CollectorMeta,
  type EventSource,
  type Logger,
  type MetricSupport,
  type ProbeEnvironment,
  type RecordBatch,
  type SessionClock,
  type Support,
  type Target,
} from '@hftmon/core';
import {
  HardwareCounts,
  hardwareSupport,
  type HardwareMetrics,
} from './hardware/hardware-counts.js';
import { OPTIONAL_TRACEPOINTS, REQUIRED_TRACEPOINTS, metaFor } from './meta.js';
import { resolveOptions, type LatencyOptions } from './options/latency-options.js';
import { checkedTid, thresholdNsOf } from './options/threshold-options.js';
import { LatencyRun } from './latency-run.js';
import type { Explanation } from './receipt/explain-stretch.js';
import { CauseTally } from './recommend/cause-tally.js';
import { recommend, type LatencyRecommendation } from './recommend/recommend.js';
import { TuningHost } from './recommend/tuning-host.js';
import { rehearse } from './rehearsal/rehearse.js';
import { StandIn } from './rehearsal/stand-in.js';
import { TID } from './rehearsal/scenes.js';
import type { WithheldSpikes } from './report/rate-limit.js';
import { listNotObserved } from './report/not-observed.js';
import { selectSpikes } from './report/select-spikes.js';
import { SpikeStore } from './report/spike-store.js';
import type { NotObserved } from './types/cause.js';
import type { CorrectionListener, SpikeCorrection } from './types/correction.js';
import type { LatencyQuery } from './types/query.js';
import { reportSpans } from './spans/span-report.js';
import type { SlowSpan, SpanListener, SpanQuery, SpanReport } from './types/span.js';
import type { LatencySpike, SpikeListener, SpikeVerdict, VerdictListener } from './types/spike.js';
import type { ThresholdInForce } from './types/thread-threshold.js';

/** Values of the metrics in `meta.metrics`. */
export interface LatencyMetrics extends HardwareMetrics {
  readonly spans: number;
  readonly spikes: number;
  readonly superseded_spikes: number;
  readonly withheld_spikes: number;
  readonly incomplete_spikes: number;
  readonly distrusted_syscalls: number;
}

const NOTHING_YET: LatencyMetrics = {
  spans: 0,
  spikes: 0,
  superseded_spikes: 0,
  withheld_spikes: 0,
  incomplete_spikes: 0,
  distrusted_syscalls: 0,
};

/** What can be listened to. */
interface ListenedTo {
  verdict: SpikeVerdict;
  spike: LatencySpike;
  span: SlowSpan;
  correction: SpikeCorrection;
}

/** Finds latency spikes of the target threads and says what each was made of. */
export class LatencyCollector implements Collector<object, LatencyQuery, LatencySpike[]> {
  readonly meta: CollectorMeta;
  readonly #asked: LatencyOptions;
  readonly #options;
  readonly #listeners = new TypedEmitter<ListenedTo>((message) => this.#log.warn(message));
  /** Thresholds set for threads by number, ns. */
  readonly #byTid: Map<number, number>;
  /** Pids of those that are attached. */
  readonly #targets = new Set<number>();
  #store: SpikeStore;
  #tally = new CauseTally();
  #log: Logger = silentLogger;
  #clock: SessionClock | undefined;
  #source: EventSource | undefined;
  #roots: Pick<CollectorContext, 'procRoot' | 'sysRoot'> | undefined;
  #run: LatencyRun | undefined;
  #hardware: HardwareCounts | undefined;
  #standIn: StandIn | undefined;
  #closedNs: number | undefined;

  /** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
  constructor(options: LatencyOptions = {}) {
    this.#asked = options;
    this.#options = resolveOptions(options);
    this.#byTid = new Map(this.#options.byTid);
    this.#store = new SpikeStore(this.#options.maxSpikes);
    this.meta = metaFor(this.#options);
  }

  probe(env: ProbeEnvironment): Support {
    const source = 'BPF on scheduler, interrupt, fault and system call tracepoints';
    return tracepointSupport(env, source, REQUIRED_TRACEPOINTS, OPTIONAL_TRACEPOINTS);
  }

  probeMetrics(env: ProbeEnvironment): MetricSupport {
    return hardwareSupport(env);
  }

  metricSupport(): MetricSupport {
    return this.#hardware?.support ?? new Map();
  }

  open(context: CollectorContext): void {
    if (this.#options.eager) this.#rehearse(context);
    // Not with those that rehearse: each opens a counter on every CPU.
    const hardware = (this.#hardware = new HardwareCounts(context.sysRoot));
    context.onUndo(() => hardware.close());
    this.#begin(context);
  }

  /** @param tell - `verdicts`: no more than these, and no receipt is written */
  #begin(context: CollectorContext, tell?: 'verdicts'): void {
    this.#run = undefined;
    this.#closedNs = undefined;
    this.#log = context.log;
    this.#clock = context.clock;
    this.#source = context.source;
    this.#store = new SpikeStore(this.#options.maxSpikes);
    const { procRoot, sysRoot } = context;
    const tally = (this.#tally = new CauseTally());
    this.#roots = { procRoot, sysRoot };
    this.#run = new LatencyRun(
      this.#options,
      context,
      this.#store,
      {
        verdict: (verdict) => this.#listeners.emit('verdict', verdict),
        spike:
          tell === 'verdicts'
            ? undefined
            : (spike) => {
                tally.add(spike);
                this.#listeners.emit('spike', spike);
              },
        span: (span) => this.#listeners.emit('span', span),
        correction: (correction) => this.#listeners.emit('correction', correction),
      },
      this.#byTid,
    );
  }

  attach(target: Target): void {
    this.#targets.add(target.pid);
    this.#run?.attach(target.pid);
  }

  leave(target: Target): void {
    this.#run?.leave(target.pid);
  }

  detach(target: Target): void {
    this.#targets.delete(target.pid);
    this.#run?.detach(target.pid);
  }

  onRecords(batch: RecordBatch): void {
    const run = this.#run;
    if (run === undefined || batch.count === 0) return;
    const { u32, f64, count } = batch;
    run.begin(batch, timestampAt(f64, 0) + durationAt(f64, 0));
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) run.take(u32, f64, base);
    run.end();
  }

  sample(nowNs: number): SampleStatus {
    this.#run?.tick(nowNs);
    return SampleStatus.Ok;
  }

  /** With `eager`, the next spike will find the way to its verdict in the caches. */
  idle(): void {
    if (this.#standIn === undefined) return;
    this.#standIn.play();
    this.#run?.touch();
  }

  /** Spikes so far, by their start or length, without those that were superseded. */
  snapshot(query: LatencyQuery = {}): LatencySpike[] {
    this.#run?.settle();
    const store = this.#store;
    const kept = query.longest === undefined ? store.list() : store.withLongest();
    return selectSpikes(kept, query, {
      nowNs: this.#closedNs ?? this.#clock?.nowNs() ?? 0,
      userStack: (pid, id) => this.#source?.stacks.user(pid, id) ?? [],
      kernelStack: (id) => this.#source?.stacks.kernel(id) ?? [],
    });
  }

  /**
   * Hears of every spike as soon as it is known, which is when the thread has run for the merge
   * gap and what else belongs to it can be expected to have come. @returns stops listening
   */
  onSpike(listener: SpikeListener): () => void {
    return this.#listeners.on('spike', listener);
  }

  /**
   * Hears of spikes that were told and turned out to be incomplete afterwards, as soon as that is
   * noticed. @returns stops listening
   */
  onCorrection(listener: CorrectionListener): () => void {
    return this.#listeners.on('correction', listener);
  }

  /**
   * What a stretch of a thread's time was made of. For time that has just passed and been
   * delivered: the records of a thread are kept for 50 ms at least.
   * @param startNs, endNs - ns since the session epoch
   * @returns `undefined` when it is not open
   */
  explain(tid: number, startNs: number, endNs: number): Explanation | undefined {
    return this.#run?.explain(tid, startNs, endNs);
  }

  /** End of the latest record that it was given, ns since the session epoch. */
  get watermarkNs(): number {
    return this.#run?.watermarkNs ?? 0;
  }

  /**
   * Hears of every spike before its receipt is written: with `eager`, within microseconds of the
   * record that makes it a spike. A listener that throws is reported and disturbs nobody.
   * @returns stops listening
   */
  onVerdict(listener: VerdictListener): () => void {
    return this.#listeners.on('verdict', listener);
  }

  /**
   * Gives a thread a threshold of its own, now and until it ends; takes effect with its next
   * stall. What the kernel already leaves out stays out, see `recommendedSourceOptions`.
   * @param thresholdUs - us; `undefined` takes it away again
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  setThreshold(tid: number, thresholdUs: number | undefined): void {
    checkedTid(tid);
    if (thresholdUs === undefined) this.#byTid.delete(tid);
    else this.#byTid.set(tid, thresholdNsOf('thresholdUs', thresholdUs));
    this.#run?.reassign(tid);
  }

  /** Thresholds in force for the threads that have stalled so far; none once it is closed. */
  thresholds(): ThresholdInForce[] {
    return this.#run?.thresholds() ?? [];
  }

  /** How many spikes the rate limit kept back. */
  withheldSpikes(): WithheldSpikes {
    return this.#run?.withheld() ?? { total: 0, byThread: new Map() };
  }

  /**
   * What the targets say of their own work, by name, with receipts of what took long. Also after
   * `close`.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  spans(query: SpanQuery = {}): SpanReport {
    return reportSpans(this.#run?.spans, this.#source?.spanOrigins, query);
  }

  /** Hears of every span over its budget. @returns stops listening */
  onSpan(listener: SpanListener): () => void {
    return this.#listeners.on('span', listener);
  }

  /**
   * Causes that it can't observe, each with the reason: what `unexplained` may be.
   * @param environment - of another host than the session's, or before there is one
   */
  notObserved(
    environment: ProbeEnvironment | undefined = this.#source?.environment,
  ): readonly NotObserved[] {
    return listNotObserved(this.#options, environment, this.#source?.runtimes);
  }

  /**
   * What to change so that the largest losses in the spikes so far go away, the largest first. Each
   * is possible on this host as it is now: the processes and files that it is about are looked up.
   */
  recommendations(): LatencyRecommendation[] {
    if (this.#roots === undefined) return [];
    this.#run?.settle();
    return recommend(this.#tally, new TuningHost({ ...this.#roots, targets: this.#targets }));
  }

  /** Values of the metrics. */
  metrics(): LatencyMetrics {
    return { ...(this.#run?.metrics ?? NOTHING_YET), ...this.#hardware?.metrics };
  }

  close(): void {
    if (this.#run === undefined || this.#closedNs !== undefined) return;
    this.#closedNs = this.#clock?.nowNs() ?? 0;
    this.#standIn = undefined;
    this.#run.close();
    this.#hardware?.close();
  }

  /** In others like this one; nobody but they hears of it. */
  #rehearse(context: CollectorContext): void {
    const { thresholdNs, mergeGapNs, settleNs } = this.#options;
    rehearse(() => {
      const collector = new LatencyCollector(this.#asked);
      collector.#begin(context);
      collector.#hearVerdicts();
      collector.onSpike((spike) => void spike.durationNs);
      collector.onSpike((spike) => void spike.receipt);
      return collector;
    }, thresholdNs);
    const makeStandIn = (): LatencyCollector => {
      const collector = new LatencyCollector({ ...this.#asked, maxSpikesPerSecond: Infinity });
      // Whatever the thresholds of others are, what happens to that thread is a spike.
      collector.#byTid.set(TID, thresholdNs);
      collector.#begin(context, 'verdicts');
      collector.#hearVerdicts();
      return collector;
    };
    this.#standIn = new StandIn(makeStandIn, thresholdNs, mergeGapNs + settleNs);
  }

  #hearVerdicts(): void {
    // Different ones: to a single listener V8 would bind the code.
    this.onVerdict((verdict) => void verdict.durationNs);
    this.onVerdict((verdict) => void verdict.monotonicNs);
  }
}

/** A collector of latency spikes, for the registry of a session. */
export function createLatencyCollector(options: LatencyOptions = {}): LatencyCollector {
  return new LatencyCollector(options);
}
