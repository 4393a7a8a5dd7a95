import { createError } from '@hftmon/core';
import { checkNumber } from './check-number.js';

/** A threshold of its own for one thread, or for the threads of a name. */
export interface ThreadThreshold {
  /** The thread. Give this or `comm`. */
  readonly tid?: number;
  /** Name of the threads as the kernel has it; `*` stands for any characters, `?` for one. */
  readonly comm?: string;
  /** Shortest sum of stalls that is a spike of these threads, us. */
  readonly thresholdUs: number;
}

/** A threshold that follows what a thread usually lives through. */
export interface AdaptiveThreshold {
  /** The threshold is so many times the 99.9th percentile of the thread's own stalls. Default 3. */
  readonly factor?: number;
  /** It applies once so many stalls of the thread were seen. Default 1000. */
  readonly minStalls?: number;
  /** Never below, us. Default 5. */
  readonly floorUs?: number;
  /** Never above, us. Default 10,000. */
  readonly ceilingUs?: number;
}

/** The same with defaults, in ns. */
export interface ResolvedAdaptation {
  readonly factor: number;
  readonly minStalls: number;
  readonly floorNs: number;
  readonly ceilingNs: number;
}

/** Threshold of the threads whose name matches. */
export interface NameThreshold {
  readonly pattern: RegExp;
  readonly thresholdNs: number;
}

const US = 1000;
export const LEAST_THRESHOLD_US = 0.1;
export const MOST_THRESHOLD_US = 3.6e9;

/**
 * Thresholds by name in the order given, the first that matches holds; and those by thread.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
 */
export function resolveThresholds(given: readonly ThreadThreshold[]): {
  readonly byName: readonly NameThreshold[];
  readonly byTid: ReadonlyMap<number, number>;
} {
  const byName: NameThreshold[] = [];
  const byTid = new Map<number, number>();
  for (const { tid, comm, thresholdUs } of given) {
    const thresholdNs = thresholdNsOf('thresholds.thresholdUs', thresholdUs);
    if (tid !== undefined && comm === undefined) byTid.set(checkedTid(tid), thresholdNs);
    else if (tid === undefined && comm !== undefined && comm !== '') {
      byName.push({ pattern: namePattern(comm), thresholdNs });
    } else {
      throw createError('HFTMON_E_CONFIG_INVALID', {
        option: 'thresholds',
        value: JSON.stringify({ tid, comm }),
        expected: 'a list of entries with either a tid or a comm',
      });
    }
  }
  return { byName, byTid };
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function thresholdNsOf(option: string, us: number): number {
  checkNumber(option, us, LEAST_THRESHOLD_US, MOST_THRESHOLD_US);
  return Math.round(us * US);
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function checkedTid(tid: number): number {
  checkNumber('tid', tid, 1, 2 ** 31);
  return tid;
}

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function resolveAdaptation(
  given: AdaptiveThreshold | boolean,
): ResolvedAdaptation | undefined {
  if (given === false) return undefined;
  const {
    factor = 3,
    minStalls = 1000,
    floorUs = 5,
    ceilingUs = 10_000,
  } = given === true ? {} : given;
  checkNumber('adaptive.factor', factor, 1, 1e6);
  checkNumber('adaptive.minStalls', minStalls, 1, 1e6);
  const floorNs = thresholdNsOf('adaptive.floorUs', floorUs);
  checkNumber('adaptive.ceilingUs', ceilingUs, floorUs, MOST_THRESHOLD_US);
  return { factor, minStalls, floorNs, ceilingNs: Math.round(ceilingUs * US) };
}

function namePattern(comm: string): RegExp {
  const quoted = comm.replace(/[\\^$.+()[\]{}|]/g, '\\$&');
  return new RegExp(`^${quoted.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
