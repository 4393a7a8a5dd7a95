import { setTimeout as sleep } from 'node:timers/promises';
import type { ThreadState } from '@hftmon/core';
import type {
  KernelEventSource,
  PollerEnd,
  SampledThread,
  ThreadStateSamplerOptions,
} from '@hftmon/perf-native';

/** What to sample; the options of the sampler. */
export interface ThreadStateOptions extends Omit<ThreadStateSamplerOptions, 'tids'> {
  /** Threads of the watched processes; 64 at most. Default: all of those in `pids`. */
  readonly tids?: readonly number[];
  /** Watched processes; their pinned threads are also not to be disturbed. */
  readonly pids: readonly number[];
  /** Ends it early; the report is of what was seen until then. */
  readonly signal?: AbortSignal;
}

/** A thread, and what sampling saw of it. */
export interface ThreadStateSamples extends SampledThread {
  readonly pid: number;
  readonly comm: string;
  /**
   * When sampling began. `unknown` samples are of this state: the thread had no event yet since it
   * was watched, so that it still is in the state that /proc showed.
   */
  readonly stateAtStart: ThreadState;
}

/** What a run of the thread sampler saw. */
export interface ThreadStateReport {
  readonly cpu: number;
  /** Time between two samples, ns: the grain of all that is said here. */
  readonly intervalNs: number;
  readonly askedNs: number;
  readonly durationNs: number;
  readonly end: PollerEnd;
  /** Samples per second that were really taken. */
  readonly reachedHz: number;
  /** Of each thread. */
  readonly samples: number;
  /** Times that a sample was due and not taken, because the sampler did not have its CPU. */
  readonly missed: number;
  /** The same because a real-time sampler rested. */
  readonly rested: number;
  readonly threads: readonly ThreadStateSamples[];
}

const LOOK_EVERY_MS = 10;

/**
 * Samples the states of watched threads for a given time, at up to 1 MHz, from the table that the
 * probes keep: at no cost to the threads.
 * @param source - running
 * @throws ConfigurationError `HFTMON_E_CPU_NEEDED` for a CPU that others need, unless it is forced
 * @throws ConfigurationError, ProcessNotFoundError, PermissionError as the sampler
 */
export async function sampleThreadStates(
  source: KernelEventSource,
  options: ThreadStateOptions,
): Promise<ThreadStateReport> {
  const { pids, signal, cpu, durationMs } = options;
  const alive = pids.flatMap((pid) => source.totals(pid)).filter((each) => each.state !== 'exited');
  const tids = options.tids ?? alive.map(({ tid }) => tid);
  using sampler = source.createThreadStateSampler({ ...options, tids });
  sampler.start();
  while (!sampler.ended && signal?.aborted !== true) await sleep(LOOK_EVERY_MS);
  sampler.stop();
  const { durationNs, end, samples, missed, rested } = sampler.stats();
  const before = new Map(alive.map((each) => [each.tid, each]));
  return {
    cpu,
    intervalNs: sampler.intervalNs,
    askedNs: Math.round(durationMs * 1e6),
    durationNs,
    end,
    reachedHz: durationNs === 0 ? 0 : (samples / durationNs) * 1e9,
    samples,
    missed,
    rested,
    threads: sampler.threads().map((thread) => {
      const { pid = 0, comm = '', state = 'unknown' } = before.get(thread.tid) ?? {};
      return { ...thread, pid, comm, stateAtStart: state };
    }),
  };
}
