import { createError, type CollectorContext, type Target } from '@hftmon/core';
import { DataSymbols, queryPageNodes, type MemoryMap } from '@hftmon/perf-native';
import type { CheckedConfig } from '../config.js';
import { firmwareLatencies } from '../host/firmware-latencies.js';
import { HostCounters } from '../host/host-counters.js';
import { bestLatencies, listedLatencies, publishedLatencies } from '../host/latency-matrix.js';
import type { LatencyMatrix } from '../host/latency-matrix.js';
import { readLineBytes } from '../host/line-size.js';
import { readNumaHost, type NumaHost } from '../host/numa-host.js';
import { readPageBytes } from '../host/page-size.js';
import { DutyCycle } from '../placement/duty-cycle.js';
import { PlacementReader } from '../placement/placement-reader.js';
import { recommend } from '../recommend/recommend.js';
import type { NumaRecommendation } from '../recommend/recommendation.js';
import { AccessSamples } from '../samples/access-samples.js';
import type { SampleSource } from '../samples/sample-source.js';
import { nodeStats } from '../stats/node-stats.js';
import { processCells } from '../stats/process-cells.js';
import { TargetMemory } from '../targets/target-memory.js';
import type { HostBalancing, NUMAStats, NumaQuery, TargetReport } from '../types.js';
import { evidenceFor } from './evidence.js';
import { HostSources } from './host-sources.js';

/** Targets that have ended and are still told of. */
const KEPT_TARGETS = 16;
/** A page where the kernel does not say; only samples on captured trees are sorted by it. */
const USUAL_PAGE = 4096;

/** All that is open between `open` and `close` of the collector; answers also after that. */
export class NumaMonitor {
  readonly host: NumaHost;
  readonly latencies: LatencyMatrix;
  readonly #context: CollectorContext;
  readonly #config: CheckedConfig;
  readonly #live: boolean;
  readonly #pageBytes: number | undefined;
  readonly #lineBytes: number | undefined;
  readonly #reader: PlacementReader;
  readonly #duty: DutyCycle;
  readonly #counters: HostCounters;
  readonly #sources: HostSources;
  readonly #symbols: DataSymbols;
  readonly #targets = new Map<number, TargetMemory>();
  #ended: TargetMemory[] = [];
  #timestampNs: number;
  #closed = false;

  /** @throws MonitorError when the files of the nodes make no sense, or counters fail */
  constructor(context: CollectorContext, config: CheckedConfig) {
    const { procRoot, sysRoot, clock } = context;
    this.#context = context;
    this.#config = config;
    this.#live = procRoot === '/proc' && sysRoot === '/sys';
    this.host = readHost(sysRoot);
    this.latencies = bestLatencies(this.host, [
      listedLatencies('the option latencies', config.latencies),
      firmwareLatencies(this.host, sysRoot),
      publishedLatencies(this.host),
    ]);
    this.#pageBytes = readPageBytes(procRoot);
    this.#lineBytes = readLineBytes(sysRoot);
    this.#symbols = new DataSymbols(procRoot);
    this.#reader = new PlacementReader({
      procRoot,
      exactPages: config.exactPages,
      sampledPages: config.sampledPages,
      pageBytes: this.#pageBytes,
      pageNodes: this.#pageNodes,
    });
    this.#duty = new DutyCycle({
      minIntervalMs: config.placementIntervalMs,
      share: config.placementShare,
    });
    const nodeIds = this.host.nodes.map(({ id }) => id);
    this.#counters = new HostCounters(procRoot, sysRoot, nodeIds);
    this.#sources = new HostSources(context, config, this.host, {
      nodeOfThread: (pid, tid) => this.#targets.get(pid)?.nodeOfThread(tid),
      onAccess: (pid, tid, cpu, address) => this.addSample('pmu_samples', pid, tid, cpu, address),
    });
    this.#timestampNs = clock.nowNs();
    this.#sources.readTraffic(this.#timestampNs);
  }

  attach(target: Target): void {
    if (this.#targets.has(target.pid)) return;
    const memory = new TargetMemory(target, {
      host: this.host,
      procRoot: this.#context.procRoot,
      reader: this.#reader,
      pageNodes: this.#pageNodes,
      samples: new AccessSamples({
        grainBytes: this.#lineBytes ?? this.#pageBytes ?? USUAL_PAGE,
        pageBytes: this.#pageBytes ?? USUAL_PAGE,
        capacity: this.#config.sampledLines,
      }),
    });
    this.#targets.set(target.pid, memory);
    this.#timestampNs = this.#context.clock.nowNs();
    this.#duty.run(() => memory.refresh(this.#timestampNs));
    if (!memory.ended) this.#sources.attach(target);
  }

  /** A process that has ended is told of further on; one that was let go of is not. */
  detach(target: Target): void {
    const memory = this.#targets.get(target.pid);
    if (memory === undefined) return;
    this.#sources.detach(target);
    this.#targets.delete(target.pid);
    if (memory.hasEnded()) this.#ended = [...this.#ended, memory].slice(-KEPT_TARGETS);
  }

  /** Counts one sampled address. */
  addSample(source: SampleSource, pid: number, tid: number, cpu: number, address: number): void {
    const node = this.host.nodeOf(cpu);
    this.#targets.get(pid)?.samples.add(source, address, tid, node ?? -1);
  }

  /** Looks at what is due. @param nowNs - ns since the epoch */
  sample(nowNs: number): void {
    this.#sources.poll();
    if (!this.#duty.due) return;
    this.#duty.run(() => this.#refresh(nowNs));
  }

  /** One answer per node. */
  stats(query: NumaQuery): NUMAStats[] {
    if (!this.#closed) this.#sources.flush();
    const targets = this.#asked(query.pid);
    const pageBytes = this.#pageBytes ?? USUAL_PAGE;
    const damonCells = (target: TargetMemory) => this.#sources.damon.cellsOf(target);
    return this.host.nodes.map(({ id }) =>
      nodeStats(id, targets, query, {
        clock: this.#context.clock,
        timestampNs: this.#timestampNs,
        host: this.host,
        latencies: this.latencies,
        counters: this.#counters,
        sources: this.#sources,
        cellsOf: (target, asked) => processCells(target, asked, pageBytes, damonCells),
        names: { symbols: this.#symbols, mapOf: (pid) => this.#mapOf(pid) },
      }),
    );
  }

  /** What is known of each target. */
  targets(pid?: number): TargetReport[] {
    return this.#asked(pid).map(({ target, ended, placement, support, threads, hintFaults }) => ({
      pid: target.pid,
      comm: target.comm,
      ended,
      ...(placement !== undefined && { placement }),
      support,
      threads,
      ...(hintFaults !== undefined && { hintFaults }),
    }));
  }

  balancing(): HostBalancing | undefined {
    return this.#counters.balancing();
  }

  recommendations(pid?: number): NumaRecommendation[] {
    const { procRoot, sysRoot } = this.#context;
    const { host, latencies } = this;
    const traffic = this.#sources;
    const mapOf = (of: number): MemoryMap | undefined => this.#mapOf(of);
    const parts = { procRoot, sysRoot, host, latencies, traffic, mapOf };
    return this.#asked(pid).flatMap((target) => {
      const evidence = evidenceFor(target, parts);
      return evidence === undefined ? [] : recommend(evidence);
    });
  }

  /** A last look; from then on nothing is asked of the kernel. */
  close(): void {
    if (this.#closed) return;
    this.#sources.flush();
    this.#closed = true;
  }

  get #pageNodes() {
    return this.#live ? queryPageNodes : undefined;
  }

  #refresh(nowNs: number): void {
    this.#timestampNs = nowNs;
    this.#counters.refresh();
    this.#sources.readTraffic(nowNs);
    for (const target of this.#targets.values()) target.refresh(nowNs);
    this.#sources.damon.refresh(this.#pageBytes ?? USUAL_PAGE, this.#pageNodes);
  }

  #asked(pid: number | undefined): TargetMemory[] {
    const all = [...this.#targets.values(), ...this.#ended];
    return pid === undefined ? all : all.filter(({ target }) => target.pid === pid);
  }

  /** Mappings of a target that runs; they are what names hot spots. */
  #mapOf(pid: number): MemoryMap | undefined {
    const target = this.#targets.get(pid);
    return this.#closed || target === undefined ? undefined : target.readMap(this.#symbols);
  }
}

function readHost(sysRoot: string): NumaHost {
  try {
    return readNumaHost(sysRoot);
  } catch (cause) {
    throw createError(
      'HFTMON_E_UNSUPPORTED',
      {
        feature: 'NUMA',
        reason: `the files of ${sysRoot}/devices/system/node make no sense`,
        remedy: 'report it with these files',
      },
      { cause },
    );
  }
}
