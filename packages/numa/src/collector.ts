import {
  AddressSampleFlag,
  addressSampleAddress,
  addressSampleFlags,
  addressSamplePid,
  cpuAt,
  kindAt,
  RECORD_WORDS,
  RecordKind,
  SampleStatus,
  tidAt,
  type Collector,
  type CollectorContext,
  type MetricSupport,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordWriter,
  type Support,
  type Target,
} from '@hftmon/core';
import { checkConfig } from './config.js';
import type { LatencyMatrix } from './host/latency-matrix.js';
import type { NumaHost } from './host/numa-host.js';
import { meta } from './meta.js';
import { metricSupport, metricValues, type MetricParts } from './metrics.js';
import { NumaMonitor } from './monitor/numa-monitor.js';
import { probeNuma, probeNumaMetrics } from './probe.js';
import { checkQuery } from './query.js';
import type { NumaRecommendation } from './recommend/recommendation.js';
import type { SampleSource } from './samples/sample-source.js';
import type { HostBalancing, NumaConfig, NUMAStats, NumaQuery, TargetReport } from './types.js';

/**
 * Where the memory of the targets is, who uses it from where, and what to change. Needs no BPF:
 * it looks at /proc, /sys and, where there is one, the PMU, and at addresses that others sampled.
 */
export class NumaCollector implements Collector<NumaConfig, NumaQuery, NUMAStats[]> {
  readonly meta = meta;
  readonly #options: NumaConfig;
  #monitor: NumaMonitor | undefined;

  /** @param options - defaults for what `open` is not told */
  constructor(options: NumaConfig = {}) {
    this.#options = options;
  }

  probe(env: ProbeEnvironment): Support {
    return probeNuma(env);
  }

  probeMetrics(env: ProbeEnvironment): MetricSupport {
    return probeNumaMetrics(env, this.#options);
  }

  /** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
  open(context: CollectorContext, config: Readonly<NumaConfig>): void {
    this.#monitor = new NumaMonitor(context, checkConfig(this.#options, config));
  }

  attach(target: Target): void {
    this.#monitor?.attach(target);
  }

  detach(target: Target): void {
    this.#monitor?.detach(target);
  }

  /**
   * Takes in the addresses that another collector sampled by the CPU clock. Those of the hardware it
   * samples itself: of them only accesses count that no cache served.
   */
  onRecords({ u32, count }: RecordBatch): void {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      if (kindAt(u32, base) !== RecordKind.AddressSample) continue;
      if ((addressSampleFlags(u32, base) & AddressSampleFlag.Hardware) !== 0) continue;
      const pid = addressSamplePid(u32, base);
      const address = addressSampleAddress(u32, base);
      this.addSample('cpu_clock_samples', pid, tidAt(u32, base), cpuAt(u32, base), address);
    }
  }

  /** Looks at the pages when that is due; between two looks it costs next to nothing. */
  sample(nowNs: number, _writer: RecordWriter): SampleStatus {
    this.#monitor?.sample(nowNs);
    return SampleStatus.Ok;
  }

  /**
   * Counts an address that another collector sampled. Ignored for a process that is no target.
   * Allocates nothing, but a table at the first sample of a source.
   * @param cpu - where the thread ran
   * @param address - data address in the process
   */
  addSample(source: SampleSource, pid: number, tid: number, cpu: number, address: number): void {
    this.#monitor?.addSample(source, pid, tid, cpu, address);
  }

  /**
   * The nodes of the host, as of the last look.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  snapshot(query: NumaQuery = {}): NUMAStats[] {
    checkQuery(query);
    return this.#monitor?.stats(query) ?? [];
  }

  /** Pages and threads of the targets, as of the last look. */
  targets(pid?: number): TargetReport[] {
    return this.#monitor?.targets(pid) ?? [];
  }

  /** What the evidence speaks for; empty when nothing is wrong, or nothing is known. */
  recommendations(pid?: number): NumaRecommendation[] {
    return this.#monitor?.recommendations(pid) ?? [];
  }

  /** The nodes of the host as they were at the open; `undefined` before that. */
  get host(): NumaHost | undefined {
    return this.#monitor?.host;
  }

  /** Read latencies between nodes, and where they are from; `undefined` before the open. */
  get latencies(): LatencyMatrix | undefined {
    return this.#monitor?.latencies;
  }

  /** NUMA balancing of the host since the open; `undefined` on a kernel without it. */
  balancing(): HostBalancing | undefined {
    return this.#monitor?.balancing();
  }

  metrics(): Readonly<Record<string, number>> {
    return metricValues(this.#parts());
  }

  metricSupport(): MetricSupport {
    return metricSupport(this.#parts());
  }

  close(): void {
    this.#monitor?.close();
  }

  #parts(): MetricParts {
    return {
      nodes: this.snapshot(),
      targets: this.targets(),
      balancing: this.balancing(),
    };
  }
}

/** Makes the collector. */
export function createNumaCollector(options: NumaConfig = {}): NumaCollector {
  return new NumaCollector(options);
}
