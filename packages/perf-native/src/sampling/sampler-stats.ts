import { readU64At } from '../source/shared-memory.js';
import { SAMPLE_STATS, SAMPLES } from './layout.js';

/** What became of the samples since the start, and what the sampler itself costs. */
export interface SamplerStats {
  /** Handed to JavaScript. */
  readonly samples: number;
  /**
   * Taken when a thread's ring was full; of SPE, parts of its buffer, of many samples each. Complete for a thread when it is unfollowed or ends. */
  readonly lost: number;
  /** Not handed over, since JavaScript had not read the ones before. */
  readonly overruns: number;
  /** Taken in the kernel by an event that can't leave it out, and left out here. */
  readonly kernel: number;
  /** Times that the kernel paused an event until the next tick, for too many samples. */
  readonly throttles: number;
  /** Records that were not understood; 0 unless kernel and library disagree. */
  readonly unknown: number;
  /** Times that a thread's SPE buffer was full; how many samples were lost then is not known. */
  readonly truncations: number;
  /**
   * Parts of SPE buffers in which samples are missing because one was due while the one before was
   * under way; how many is not known. Frequent ones ask for a longer period.
   */
  readonly collisions: number;
  /** Bytes of SPE buffers that made no whole record. */
  readonly skippedBytes: number;
  /** Threads that ended while they were followed. */
  readonly ended: number;
  /** Threads followed now. */
  readonly threads: number;
  /** Times that the native thread looked at the rings. */
  readonly wakes: number;
  /** Its CPU time, ns. */
  readonly cpuNs: number;
  /** Its thread id. */
  readonly tid: number;
}

/** Reads `struct hftmon_sample_stats`. */
export function readSamplerStats(header: Uint32Array): SamplerStats {
  const at = (offset: number) => readU64At(header, SAMPLES.stats + offset);
  return {
    samples: at(SAMPLE_STATS.samples),
    lost: at(SAMPLE_STATS.lost),
    overruns: at(SAMPLE_STATS.overruns),
    kernel: at(SAMPLE_STATS.kernel),
    throttles: at(SAMPLE_STATS.throttles),
    unknown: at(SAMPLE_STATS.unknown),
    truncations: at(SAMPLE_STATS.truncations),
    collisions: at(SAMPLE_STATS.collisions),
    skippedBytes: at(SAMPLE_STATS.skippedBytes),
    ended: at(SAMPLE_STATS.ended),
    threads: at(SAMPLE_STATS.threads),
    wakes: at(SAMPLE_STATS.wakes),
    cpuNs: at(SAMPLE_STATS.busyNs),
    tid: at(SAMPLE_STATS.tid),
  };
}
