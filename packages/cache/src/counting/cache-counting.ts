/**
 * Counts cache, TLB and coherence events of the threads of attached processes with the PMU.
 *
 * It belongs to the cache collector and follows its life cycle: `countingSupport` says per field
 * what the host can give; `open` chooses what fits on the counters and starts the sampler;
 * `attach` and `detach` follow the threads of processes; `sample`, called often, looks for new
 * threads when it is time and takes in what the sampler has written; `counts` answers; `close`
 * takes the last samples, after which `counts` goes on answering. Where the host has no PMU `open`
 * starts nothing, and `counts` says of every field why it is not there.
 */
import { SampleStatus, createError } from '@hftmon/core';
import {
  CounterSampler,
  ThreadWatch,
  createProbeEnvironment,
  nativePmuKernel,
  planCounters,
  resolvePmu,
  type CounterStats,
} from '@hftmon/perf-native';
import { DEFAULT_METRICS } from './cache-field.js';
import { checkCountingOptions } from './check-options.js';
import { Columns } from './columns.js';
import { cacheCounts, type Answerer } from './cache-counts.js';
import { CountHistory } from './count-history.js';
import { fieldFormulas } from './field-formula.js';
import type { RuntimeState } from './runtime-support.js';
import type { CacheCounts, CountingHost, CountingOptions, CountsQuery } from './types.js';

const DEFAULT_INTERVAL_US = 10_000;
const DEFAULT_SAMPLES = 32_768;
const DEFAULT_THREADS = 8192;

/** What counts, between `open` and `close` on a host that can. */
interface Running {
  readonly sampler: CounterSampler;
  readonly watch: ThreadWatch;
}

/** See the head of this file. */
export class CacheCounting {
  readonly #options: CountingOptions;
  #answerer: Answerer | undefined;
  #running: Running | undefined;
  /** How it went, once it is closed. */
  #outcome: RuntimeState = { counted: 0, uncounted: [], unscheduled: 0 };
  #stats: CounterStats | undefined;
  /** Samples refused as of the last `sample`. */
  #refused = 0;

  constructor(options: CountingOptions = {}) {
    this.#options = options;
  }

  /**
   * Chooses what to count and starts the sampler; nothing on a host that can't count.
   * @throws ConfigurationError HFTMON_E_CONFIG_INVALID
   * @throws MonitorError HFTMON_E_NATIVE_CALL and those of the native library
   */
  open(host: CountingHost): void {
    this.close();
    checkCountingOptions(this.#options);
    const { counterMetrics = DEFAULT_METRICS, counterSamples = DEFAULT_SAMPLES } = this.#options;
    const { counterIntervalUs = DEFAULT_INTERVAL_US, maxThreads = DEFAULT_THREADS } = this.#options;
    const kernel = host.resolution === undefined ? nativePmuKernel(host.sysRoot) : undefined;
    const resolution = host.resolution ?? resolvePmu(createProbeEnvironment(host), kernel);
    const plan = planCounters(resolution, counterMetrics, kernel);
    const columns = new Columns(plan);
    const formulas = fieldFormulas(plan.metrics, columns);
    this.#refused = 0;
    if (plan.groups.length === 0) {
      this.#answerer = { columns, formulas, history: new CountHistory(columns, 0, 0) };
      return;
    }
    const history = new CountHistory(columns, counterSamples, maxThreads);
    const sampler = new CounterSampler({
      groups: plan.groups,
      intervalUs: counterIntervalUs,
      epochNs: host.epochNs,
      excludeKernel: resolution.excludeKernel,
      maxThreads,
      ...(this.#options.cpuAffinity && { cpuAffinity: this.#options.cpuAffinity }),
    });
    const watch = new ThreadWatch(
      {
        threadStarted: (tid, pid) => {
          history.begin(tid, pid);
          sampler.follow(tid);
        },
        threadEnded: (tid) => {
          sampler.unfollow(tid);
          takeIn(sampler, history);
          history.end(tid);
        },
      },
      { procRoot: host.procRoot },
    );
    this.#answerer = { columns, formulas, history };
    this.#running = { sampler, watch };
    try {
      sampler.start();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Counts the threads of a process, those that begin later too. One that has ended already is
   * no error.
   * @throws PermissionError HFTMON_E_NOT_PERMITTED when /proc refuses (hidepid)
   */
  attach(pid: number): void {
    this.#running?.watch.attach(pid);
  }

  /** Takes the last sample of the threads of a process, and counts them no longer. */
  detach(pid: number): void {
    this.#running?.watch.detach(pid);
  }

  /** Takes in what was sampled, and looks for new threads when it is time. Hot path. */
  sample(): SampleStatus {
    const running = this.#running;
    if (running === undefined) return SampleStatus.NoData;
    running.watch.poll();
    const samples = takeIn(running.sampler, this.#answerer!.history);
    const refused = running.sampler.refused;
    const lost = refused > this.#refused ? SampleStatus.Lost : SampleStatus.Ok;
    this.#refused = refused;
    return (samples > 0 ? SampleStatus.Ok : SampleStatus.NoData) | lost;
  }

  /**
   * Counts, rates and percentiles; also after `close`.
   * @throws ConfigurationError HFTMON_E_CONFIG_INVALID
   * @throws MonitorError HFTMON_E_SESSION_STATE before the first `open`
   */
  counts(query: CountsQuery = {}): CacheCounts {
    const answerer = this.#answerer;
    if (answerer === undefined) {
      throw createError('HFTMON_E_SESSION_STATE', { operation: 'query', state: 'not open' });
    }
    if (this.#running !== undefined) takeIn(this.#running.sampler, answerer.history);
    return cacheCounts(answerer, query, this.#state());
  }

  /** What the sampler did; `undefined` on a host that can't count. */
  stats(): CounterStats | undefined {
    return this.#running?.sampler.stats() ?? this.#stats;
  }

  /** Takes the last samples and lets go of everything. Idempotent. */
  close(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#outcome = this.#state();
    for (const pid of running.watch.pids()) running.watch.detach(pid);
    this.#running = undefined;
    running.watch.close();
    running.sampler.close();
    this.#stats = running.sampler.stats();
  }

  #state(): RuntimeState {
    if (this.#running === undefined) return this.#outcome;
    const { sampler } = this.#running;
    return {
      counted: sampler.counted,
      uncounted: sampler.uncounted(),
      unscheduled: sampler.stats().unscheduled,
    };
  }
}

/** @returns number of samples */
function takeIn({ cursor }: CounterSampler, history: CountHistory): number {
  let samples = 0;
  while (cursor.next()) {
    history.add(cursor);
    samples++;
  }
  return samples;
}
