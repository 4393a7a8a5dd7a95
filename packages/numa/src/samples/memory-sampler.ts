import type { ProbeEnvironment, Refusal, Support, Target } from '@hftmon/core';
import {
  AddressSampler,
  MemoryLevel,
  ThreadWatch,
  ibsEvents,
  memoryLevel,
  pebsEvents,
  probeAddressSampling,
  readCpuModel,
  speEvents,
  type SampleBatch,
  type SamplingAttempt,
  type SamplingEvent,
} from '@hftmon/perf-native';
import { unsupported } from '../support/absent.js';

/** What of a sampler is used; tests put samples of their own in. */
export type MemorySamples = Pick<
  AddressSampler,
  'follow' | 'unfollow' | 'poll' | 'flush' | 'close'
> & {
  readonly batch: Pick<
    SampleBatch,
    | 'count'
    | 'tid'
    | 'pid'
    | 'cpu'
    | 'hasData'
    | 'address'
    | 'isExactAddress'
    | 'dataSourceLow'
    | 'dataSourceHigh'
  >;
};

/** Hears of each sampled access that no cache of the node served. Must not allocate. */
export type AccessListener = (pid: number, tid: number, cpu: number, address: number) => void;

/** Events of the hardware that samples memory accesses, or why there are none. */
export interface MemorySampling {
  readonly support: Support;
  readonly events: readonly SamplingEvent[];
}

/**
 * Loads (PEBS), micro-operations (IBS) or operations (SPE) between two samples: a prime, so as not
 * to fall in step; SPE has no lower 8 bits of it and adds a random part instead.
 */
const PERIOD = 100_003;
/** No cache of a core answers that late. */
const MIN_LATENCY_CYCLES = 30;

/**
 * What this host samples accesses with; asks the kernel.
 * @param attempt - replaced where the tree of another host is looked at
 */
export function memorySampling(env: ProbeEnvironment, attempt?: SamplingAttempt): MemorySampling {
  const { pebs, ibs, spe } = probeAddressSampling(env, attempt);
  const options = { period: PERIOD, minLatencyCycles: MIN_LATENCY_CYCLES };
  if (pebs.ok) return { support: pebs, events: pebsEvents(env.sysRoot, options) };
  if (ibs.ok) return { support: ibs, events: ibsEvents(env.sysRoot, options) };
  if (spe.ok) {
    const events = speEvents(env.sysRoot, options);
    if (events.every((event) => event.spe === 'neoverse')) return { support: spe, events };
    return { support: NO_SOURCES, events: [] };
  }
  if (readCpuModel(env)?.arch === 'arm') {
    return { support: unsupported(spe.reason, spe.remedy), events: [] };
  }
  // Of the two, IBS is the better reason where there is a PMU but no PEBS.
  const { reason, remedy } = /\bPEBS is of Intel\b/.test(pebs.reason) ? ibs : pebs;
  return { support: unsupported(reason, remedy), events: [] };
}

const NO_SOURCES: Support = unsupported(
  'samples of SPE do not tell on this CPU whether memory answered',
  'run on a Neoverse N1, V1, N2 or V2, or on a host with PEBS or IBS',
);

/** Hardware samples of all threads of the targets: those that memory, or another node, served. */
export class MemorySampler {
  readonly #samples: MemorySamples;
  readonly #listener: AccessListener;
  readonly #watch: ThreadWatch;
  /** Threads that are not sampled, with the reason. */
  readonly #refused = new Map<number, Refusal>();

  constructor(samples: MemorySamples, listener: AccessListener, procRoot = '/proc') {
    this.#samples = samples;
    this.#listener = listener;
    this.#watch = new ThreadWatch(
      {
        threadStarted: (tid) => this.#follow(tid),
        threadEnded: (tid) => this.#unfollow(tid),
      },
      { procRoot },
    );
  }

  attach({ pid }: Target): void {
    this.#watch.attach(pid);
  }

  detach({ pid }: Target): void {
    this.#samples.flush();
    this.poll();
    this.#watch.detach(pid);
  }

  /** Takes in what was sampled since the last time. Allocates nothing per sample. */
  poll(): void {
    this.#watch.poll();
    while (this.#samples.poll() > 0) {
      for (let i = 0; i < this.#samples.batch.count; i++) this.#take(i);
    }
  }

  /** Why threads are not sampled; `undefined` when all are. */
  get limit(): string | undefined {
    const [first] = this.#refused.values();
    return first && `${this.#refused.size} threads are not sampled: ${first.reason}`;
  }

  /** Idempotent. */
  close(): void {
    this.#watch.close();
    this.#samples.close();
  }

  #follow(tid: number): void {
    const refusal = this.#samples.follow(tid);
    if (refusal !== undefined && refusal.code !== 'HFTMON_E_THREAD_NOT_FOUND') {
      this.#refused.set(tid, refusal);
    }
  }

  #unfollow(tid: number): void {
    this.#refused.delete(tid);
    this.#samples.unfollow(tid);
  }

  #take(i: number): void {
    const { batch } = this.#samples;
    if (!batch.hasData(i) || !batch.isExactAddress(i)) return;
    const address = batch.address(i);
    if (
      address === 0 ||
      !leavesNode(memoryLevel(batch.dataSourceLow(i), batch.dataSourceHigh(i)))
    ) {
      return;
    }
    this.#listener(batch.pid(i), batch.tid(i), batch.cpu(i), address);
  }
}

/** Did memory serve it, or a cache of another node? What near caches serve is local to all. */
function leavesNode(level: MemoryLevel): boolean {
  switch (level) {
    case MemoryLevel.RemoteCache:
    case MemoryLevel.RemoteNode:
    case MemoryLevel.LocalRam:
    case MemoryLevel.RemoteRam:
    case MemoryLevel.Cxl:
    case MemoryLevel.PersistentMemory:
      return true;
    default:
      return false;
  }
}
