import { parseDurationOption } from './parse-duration-option.js';
import { usageError } from '../errors/usage-error.js';

/** What `--threshold` of `spikes` says. */
export interface Thresholds {
  /** Shortest spike of threads without one of their own, ns. */
  readonly thresholdNs: number;
  /** Those of single threads, the first that fits holds. */
  readonly ofThreads: readonly {
    readonly tid?: number;
    readonly comm?: string;
    readonly thresholdUs: number;
  }[];
}

const EXAMPLE = '50us,comm:feed*=10us,tid:4711=5us';
const duration = parseDurationOption('--threshold', '50us');

/** @throws ConfigurationError when it is not like `50us,comm:feed*=10us,tid:4711=5us` */
export function parseThresholds(text: string): Thresholds {
  let thresholdNs: number | undefined;
  const ofThreads = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const own = /^(comm|tid):(.+)=([^=]+)$/.exec(part);
    if (own === null) {
      if (thresholdNs !== undefined) throw unclear(text);
      thresholdNs = duration(part);
      continue;
    }
    const [, key, whose, value] = own as unknown as [string, string, string, string];
    const thresholdUs = duration(value) / 1000;
    if (key === 'comm') ofThreads.push({ comm: whose, thresholdUs });
    else if (/^[1-9]\d{0,9}$/.test(whose)) ofThreads.push({ tid: Number(whose), thresholdUs });
    else throw unclear(text);
  }
  return { thresholdNs: thresholdNs ?? DEFAULT_THRESHOLDS.thresholdNs, ofThreads };
}

export const DEFAULT_THRESHOLDS: Thresholds = { thresholdNs: 50_000, ofThreads: [] };

function unclear(text: string): Error {
  return usageError(`--threshold "${text}" is not clear`, `write it like ${EXAMPLE}`);
}
