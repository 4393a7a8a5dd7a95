import type { CollectorContext, ProbeEnvironment, Support, Target } from '@hftmon/core';
import { AddressSampler, nativePmuKernel } from '@hftmon/perf-native';
import { AccessCounter } from '../accesses/access-counter.js';
import { accessEvents } from '../accesses/access-events.js';
import { UncoreTraffic } from '../bandwidth/uncore-traffic.js';
import type { CheckedConfig } from '../config.js';
import { DamonTarget } from '../damon/damon-target.js';
import { kernelFiles } from '../files/kernel-files.js';
import type { NumaHost } from '../host/numa-host.js';
import { ResctrlTraffic, withoutResctrl } from '../resctrl/target-traffic.js';
import { MemorySampler, memorySampling, type AccessListener } from '../samples/memory-sampler.js';
import { unsupported } from '../support/absent.js';
import type { Measured } from '../support/measured.js';
import type { TargetTraffic } from '../types.js';

/** What the sources ask of the monitor. */
export interface SourceHooks {
  /** Node that a thread ran on at the last look. */
  readonly nodeOfThread: (pid: number, tid: number) => number | undefined;
  /** Hears of each sampled access. */
  readonly onAccess: AccessListener;
}

const CAPTURED = unsupported(
  'these are files of another host, where nothing can be counted',
  'run on that host',
);

/**
 * Sources that count: the PMUs, resctrl and DAMON. They are those of the running host, so on files
 * of another one there are none.
 */
export class HostSources {
  /** DAMON, if it was consented to. */
  readonly damon: DamonTarget;
  readonly #localSupport: Support;
  readonly #remoteSupport: Support;
  readonly #accesses: AccessCounter | undefined;
  readonly #sampling: Support | undefined;
  readonly #sampler: MemorySampler | undefined;
  readonly #traffic: UncoreTraffic | undefined;
  readonly #resctrl: ResctrlTraffic | undefined;

  /** Everything that is opened is closed by the undo steps of the context. */
  constructor(
    context: CollectorContext,
    config: CheckedConfig,
    host: NumaHost,
    { nodeOfThread, onAccess }: SourceHooks,
  ) {
    const { procRoot, sysRoot, clock, onUndo } = context;
    const live = isLive(context);
    const env = environmentOf(context);
    const epochNs = clock.epochMonotonicNs;
    const events = accessEvents(env, host, live ? nativePmuKernel() : undefined);
    const here = (support: Support): Support => (live || !support.ok ? support : CAPTURED);
    this.#localSupport = here(events.localSupport);
    this.#remoteSupport = here(events.remoteSupport);
    this.damon = new DamonTarget(live && config.damon, { files: kernelFiles, procRoot, sysRoot });
    onUndo(() => this.damon.close());
    if (!live) return;
    if (events.groups.length > 0) {
      this.#accesses = new AccessCounter({ events, epochNs, procRoot, nodeOfThread });
      onUndo(() => this.#accesses?.close());
    }
    if (config.sampleAccesses) {
      const { support, events: sampled } = memorySampling(env);
      this.#sampling = support;
      if (sampled.length > 0) {
        const samples = new AddressSampler({ events: sampled, epochNs });
        onUndo(() => samples.close());
        this.#sampler = new MemorySampler(samples, onAccess);
        onUndo(() => this.#sampler?.close());
      }
    }
    this.#traffic = new UncoreTraffic(host, { procRoot, sysRoot });
    onUndo(() => this.#traffic?.close());
    if (config.resctrl) {
      this.#resctrl = new ResctrlTraffic(kernelFiles, procRoot, sysRoot, host);
      onUndo(() => this.#resctrl?.close());
    }
  }

  attach(target: Target): void {
    this.#accesses?.attach(target);
    this.#sampler?.attach(target);
    this.#resctrl?.attach(target);
    this.damon.attach(target);
  }

  detach(target: Target): void {
    this.#accesses?.detach(target);
    this.#sampler?.detach(target);
    this.#resctrl?.detach(target);
    this.damon.detach(target);
  }

  /** Takes in what was counted and sampled of threads; cheap, to be called often. */
  poll(): void {
    this.#accesses?.poll();
    this.#sampler?.poll();
  }

  /** Reads the traffic. @param nowNs - ns since the epoch */
  readTraffic(nowNs: number): void {
    this.#traffic?.poll(nowNs);
    this.#resctrl?.poll(nowNs);
  }

  /** Counts of this very moment. */
  flush(): void {
    this.#accesses?.flush();
  }

  /** Accesses to its own memory of target threads while they ran on a node. */
  localAccesses(nodeId: number): Measured<number> {
    const support = this.#accesses?.supportOf('localSupport') ?? this.#localSupport;
    return { value: this.#accesses?.from(nodeId).local, support };
  }

  /** The same, to memory of other nodes. */
  remoteAccesses(nodeId: number): Measured<number> {
    const support = this.#accesses?.supportOf('remoteSupport') ?? this.#remoteSupport;
    return { value: this.#accesses?.from(nodeId).remote, support };
  }

  /** Traffic of a node's memory. */
  bytesPerSecond(nodeId: number): Measured<number> {
    return this.#traffic?.bytesPerSecond(nodeId) ?? { value: undefined, support: CAPTURED };
  }

  /** Traffic of the targets through the caches of a node's CPUs. */
  targetTraffic(nodeId: number): Measured<TargetTraffic> {
    return this.#resctrl?.from(nodeId) ?? withoutResctrl();
  }

  /** Why no addresses are sampled, or not of all threads, when that was asked for. */
  get addressLimit(): Support | undefined {
    const { refusal } = this.damon;
    if (refusal !== undefined) return refusal;
    const limit = this.#sampler?.limit;
    if (this.#sampling?.ok !== true) return this.#sampling;
    return limit === undefined ? undefined : unsupported(limit, 'raise the limit that it names');
  }
}

function isLive({ procRoot, sysRoot }: CollectorContext): boolean {
  return procRoot === '/proc' && sysRoot === '/sys';
}

/** The environment, on the roots that the host gave. */
function environmentOf({ source, procRoot, sysRoot }: CollectorContext): ProbeEnvironment {
  const { environment } = source;
  return {
    procRoot,
    sysRoot,
    bpf: environment.bpf,
    hasTracepoint: (name) => environment.hasTracepoint(name),
    hasCapability: (name) => environment.hasCapability(name),
  };
}
