import {
  classifySharing,
  threadsOf,
  weightOf,
  type LineUse,
  type SharingVerdict,
} from './classify.js';
import type { SampledAccess } from './access-table.js';

/** What is known of a line before its verdict. */
export interface LineEvidence {
  readonly accesses: readonly SampledAccess[];
  /** How often its threads took turns on different cores. */
  readonly alternations: number;
  /** Samples of stores since they do. */
  readonly sharedStores: number;
  /** Samples of a thread, also those that are not of this line. */
  readonly samplesOfThread: (tid: number) => number;
  /** The samples tell the source of the data (PEBS, IBS, SPE), so a transfer between cores is seen. */
  readonly hasDataSource: boolean;
}

/** A thread with fewer samples on the line is left out. */
const FEWEST_SAMPLES = 4;
/**
 * Threads wait for loads much longer than for stores, so the latter are rare among samples; but
 * a line that is hardly ever written is none that bounces.
 */
const LEAST_STORE_SHARE = 0.002;
/**
 * Memory that one thread hands to another for good, or now and then, takes few turns; a line that
 * is fought over takes one at nearly every sample.
 */
const FEWEST_ALTERNATIONS = 6;
/** Of its CPU time that at least one thread spends at the line; below, nothing would be won. */
const LEAST_TIME_SHARE = 0.01;

/**
 * What sharing a line is suspected of, or `undefined` for none that matters. With data sources, the
 * rule of `perf c2c`: loads that found the line modified in another core's cache, at least two
 * threads, at least one store. Without, time spent behind accesses stands in for them, so the
 * threads must take turns on the line and at least one must spend notable time there.
 */
export function suspectSharing(evidence: LineEvidence): SharingVerdict | undefined {
  const { accesses, alternations, sharedStores, hasDataSource } = evidence;
  const uses = usesOf(accesses).filter(({ tid }) => samplesOf(accesses, tid) >= FEWEST_SAMPLES);
  const threads = threadsOf(uses);
  if (threads.length < 2) return undefined;
  const matters = hasDataSource
    ? accesses.some(({ transfers }) => transfers > 0)
    : alternations >= FEWEST_ALTERNATIONS &&
      sharedStores > 0 &&
      sharedStores >= LEAST_STORE_SHARE * weightOf(uses) &&
      threads.some((tid) => timeShare(evidence, tid) >= LEAST_TIME_SHARE);
  return matters ? classifySharing(uses) : undefined;
}

/** Share of its samples that a thread has on the line: of its CPU time, with clock samples. */
export function timeShare(evidence: LineEvidence, tid: number): number {
  const all = evidence.samplesOfThread(tid);
  return all === 0 ? 0 : samplesOf(evidence.accesses, tid) / all;
}

/** Accesses without their instructions, one per thread and bytes. */
export function usesOf(accesses: readonly SampledAccess[]): LineUse[] {
  const uses = new Map<string, LineUse>();
  for (const { tid, offset, size, store, samples } of accesses) {
    const key = [tid, offset, size].join();
    const known = uses.get(key);
    uses.set(key, {
      tid,
      offset,
      size,
      store: store || known?.store === true,
      weight: samples + (known?.weight ?? 0),
    });
  }
  return [...uses.values()];
}

/** Samples of a thread on the line. */
export function samplesOf(accesses: readonly SampledAccess[], tid: number): number {
  return accesses.reduce((sum, access) => sum + (access.tid === tid ? access.samples : 0), 0);
}
