import { createError } from '@hftmon/core';
import { readText } from '../proc/read.js';
import { LEAST_CLOCK_PERIOD_NS, type SamplingEvent } from './sampling-event.js';

/** How to sample. */
export interface SamplerOptions {
  /** One to four events, each of them on every followed thread. */
  readonly events: readonly SamplingEvent[];
  /** CLOCK_MONOTONIC of time 0 of the samples, ns. Default 0. */
  readonly epochNs?: bigint;
  /** Samples that wait for JavaScript at most; a power of two. Default 16,384 (4 MiB on x86). */
  readonly slots?: number;
  /**
   * Pages of each thread's ring, in memory that is locked; a power of two. Default: what holds
   * the samples of 100 ms, 4 to 256 (8 at 1 kHz, 64 at 10 kHz); 64 when the rate is not known.
   */
  readonly ringPages?: number;
  /** Time between two looks at the rings, ns. Default 10 ms. */
  readonly pollIntervalNs?: number;
  /** CPUs of the native thread. Default: those of this process. */
  readonly cpuAffinity?: readonly number[];
  /** Usually `/proc`. */
  readonly procRoot?: string;
}

const MOST_EVENTS = 4;

/** A sample with registers in a perf ring: 27 words on x86-64, 40 on arm64. */
const SAMPLE_BYTES = process.arch === 'arm64' ? 320 : 216;
const PAGE_BYTES = 4096;

/**
 * The options with their defaults.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`, `HFTMON_E_SAMPLE_RATE`
 */
export function checkSamplerOptions(options: SamplerOptions) {
  const { events, procRoot = '/proc' } = options;
  if (events.length < 1 || events.length > MOST_EVENTS) {
    invalid('events', events.length, `1 to ${MOST_EVENTS} events`);
  }
  for (const event of events) checkPeriod(event, procRoot);
  return {
    epochNs: options.epochNs ?? 0n,
    slots: powerOfTwo('slots', options.slots ?? 16_384, 2 ** 24),
    ringPages: powerOfTwo('ringPages', options.ringPages ?? ringPagesFor(events), 2 ** 14),
    pollIntervalNs: whole('pollIntervalNs', options.pollIntervalNs ?? 10_000_000, 10_000, 1e10),
    cpuAffinity: options.cpuAffinity ?? [],
  };
}

/** The native thread may be kept from its CPU; the rings must hold what comes meanwhile. */
function ringPagesFor(events: readonly SamplingEvent[]): number {
  if (events.some(({ source }) => source !== 'cpu-clock')) return 64;
  const samples = events.reduce((sum, { period }) => sum + 1e8 / period, 0);
  const pages = 2 ** Math.ceil(Math.log2((samples * SAMPLE_BYTES) / PAGE_BYTES));
  return Math.min(256, Math.max(4, pages));
}

/** The rate of a clock is known; beyond the limit, the kernel would pause it at every tick. */
function checkPeriod({ source, period }: SamplingEvent, procRoot: string): void {
  whole('period', period, 1, Number.MAX_SAFE_INTEGER);
  if (source !== 'cpu-clock') return;
  const limitHz = maxSampleRate(procRoot) ?? Infinity;
  const leastNs = Math.max(LEAST_CLOCK_PERIOD_NS, Math.ceil(1e9 / limitHz));
  if (period < leastNs) {
    throw createError('HFTMON_E_SAMPLE_RATE', {
      periodNs: period,
      limitHz: Math.floor(1e9 / leastNs),
      leastNs,
    });
  }
}

/**
 * Samples per second and event that the kernel permits; it lowers this by itself when samples
 * take long. `undefined` when it doesn't say.
 */
export function maxSampleRate(procRoot = '/proc'): number | undefined {
  const text = readText(`${procRoot}/sys/kernel/perf_event_max_sample_rate`)?.trim() ?? '';
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function powerOfTwo(option: string, value: number, most: number): number {
  if (Number.isInteger(Math.log2(value)) && value >= 1 && value <= most) return value;
  return invalid(option, value, `a power of two up to ${most}`);
}

function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  return invalid(option, value, `a whole number from ${least} to ${most}`);
}

function invalid(option: string, value: number, expected: string): never {
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected });
}
