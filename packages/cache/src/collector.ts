import {
  SampleStatus,
  isMonitorError,
  refusalOf,
  type Collector,
  type CollectorContext,
  type MetricSupport,
  type ProbeEnvironment,
  type SessionClock,
  type Support,
  type Target,
} from '@hftmon/core';
import { createProbeEnvironment } from '@hftmon/perf-native';
import { cacheMetrics, metricValues, selectLines } from './cache-metrics.js';
import { CacheCounting } from './counting/cache-counting.js';
import { countingSupport } from './counting/counting-support.js';
import { meta } from './meta.js';
import { fieldSupport, metricSupport, wholeSupport } from './metric-support.js';
import { LineSharing } from './sharing/line-sharing.js';
import { sharingSettings } from './sharing/settings.js';
import { offerSharing, type SharingOffer } from './sharing/sharing-support.js';
import { unopenedMetrics, type Probed } from './unopened-metrics.js';
import type { CacheConfig, CacheMetrics, CacheQuery } from './types.js';

/** What there is between `open` and the next one. */
interface OpenState {
  readonly clock: SessionClock;
  readonly counting: CacheCounting;
  readonly offer: SharingOffer;
  sharing?: LineSharing;
}

/**
 * Cache and TLB events of the monitored threads, counted by the PMU, and the cache lines that they
 * share, found by address samples. Needs no BPF program.
 */
export class CacheCollector implements Collector<CacheConfig, CacheQuery, CacheMetrics> {
  readonly meta = meta;
  readonly #options: CacheConfig;
  #open: OpenState | undefined;
  /** When it was closed, ns since the epoch. */
  #closedNs: number | undefined;
  #lost = 0;
  #probed: Probed | undefined;

  /** @param options - defaults for what `open` is not told */
  constructor(options: CacheConfig = {}) {
    this.#options = options;
  }

  probe(env: ProbeEnvironment): Support {
    const { counted, offer } = this.#probe(env);
    return wholeSupport([...counted.values()], offer.sampling);
  }

  probeMetrics(env: ProbeEnvironment): MetricSupport {
    const { counted, offer } = this.#probe(env);
    const { sampling } = offer;
    return metricSupport(
      fieldSupport((field) => counted.get(field)!, sampling),
      sampling,
    );
  }

  /**
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`, `HFTMON_E_SAMPLE_RATE`
   * @throws MonitorError of the native library
   */
  open(context: CollectorContext, config: Readonly<CacheConfig>): void {
    const { clock, procRoot, sysRoot, writer } = context;
    const settings = sharingSettings(this.#options, config);
    const epochNs = clock.epochMonotonicNs;
    const offer = offerSharing(createProbeEnvironment({ procRoot, sysRoot }), settings);
    const counting = new CacheCounting({ ...this.#options, ...config });
    this.#closedNs = undefined;
    this.#lost = 0;
    // From here on `close` lets go of what was begun.
    this.#open = { clock, counting, offer };
    counting.open({ procRoot, sysRoot, epochNs });
    if (offer.choice === undefined) return;
    const { cpuAffinity } = { ...this.#options, ...config };
    this.#open.sharing = new LineSharing({
      offer,
      settings,
      epochNs,
      cpuAffinity,
      procRoot,
      sysRoot,
      writer,
    });
  }

  attach({ pid }: Target): void {
    this.#open?.counting.attach(pid);
    this.#open?.sharing?.attach(pid);
  }

  detach({ pid }: Target): void {
    this.#open?.counting.detach(pid);
    this.#open?.sharing?.detach(pid);
  }

  sample(nowNs: number): SampleStatus {
    const state = this.#open;
    if (state === undefined) return SampleStatus.NoData;
    const counted = state.counting.sample();
    if (state.sharing === undefined) return counted;
    state.sharing.sample(nowNs);
    const lost = state.sharing.lost();
    const status = lost > this.#lost ? counted | SampleStatus.Lost : counted;
    this.#lost = lost;
    return status & ~SampleStatus.NoData;
  }

  /**
   * Before the first `open`, nothing but the reasons.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a query that makes no sense
   */
  snapshot(query: CacheQuery = {}): CacheMetrics {
    if (this.#open === undefined) return unopenedMetrics(meta.name, this.#probed);
    const { clock, counting, sharing, offer } = this.#open;
    const timestamp = clock.toDate(this.#closedNs ?? clock.nowNs());
    const { sampling: source, confirmation } = offer;
    const report = sharing?.report() ?? { source, confirmation, gaps: [], lines: [] };
    return cacheMetrics(counting.counts(query), selectLines(report, query), timestamp);
  }

  /** Values of `meta.metrics` since the open. */
  metrics(): Record<string, number> {
    return metricValues(this.snapshot({ percentiles: [] }));
  }

  /** Where the metrics really came from. */
  metricSupport(): MetricSupport {
    const { sources, falseSharing } = this.snapshot({ percentiles: [] });
    return metricSupport((field) => sources[field], falseSharing.source);
  }

  close(): void {
    const state = this.#open;
    if (state === undefined || this.#closedNs !== undefined) return;
    this.#closedNs = state.clock.nowNs();
    state.sharing?.close();
    state.counting.close();
  }

  #probe(env: ProbeEnvironment): Probed {
    const probed = { counted: countingSupport(env, this.#options), offer: this.#offer(env) };
    this.#probed = probed;
    return probed;
  }

  /** What the search for shared lines can do; a probe never throws. */
  #offer(env: ProbeEnvironment): SharingOffer {
    try {
      return offerSharing(env, sharingSettings(this.#options, {}));
    } catch (error) {
      if (!isMonitorError(error)) throw error;
      const refusal = refusalOf(error);
      return { sampling: refusal, confirmation: refusal };
    }
  }
}

/** Makes the collector. */
export function createCacheCollector(options: CacheConfig = {}): CacheCollector {
  return new CacheCollector(options);
}
