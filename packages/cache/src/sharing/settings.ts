import { createError } from '@hftmon/core';

/** Options of the search for shared lines. */
export interface SharingConfig {
  /**
   * Address samples of the monitored threads, which lines are found with; `false` takes none.
   * Default: on, see `periodUs`, but for threads on isolated CPUs. Those are sampled only if this
   * option, or a confirmation, is asked for.
   */
  readonly addressSampling?: false | AddressSamplingConfig;
  /**
   * Prove suspected lines with hardware watchpoints. Each hit stops the thread for some 10 us;
   * hits are bounded, see `confirmationHits`. Default false.
   */
  readonly confirmFalseSharing?: boolean;
  /** Hits after which the kernel takes a watchpoint away, 1 to 400. Default 8. */
  readonly confirmationHits?: number;
}

/** How addresses are sampled. */
export interface AddressSamplingConfig {
  /**
   * CPU time of a thread between two samples where the CPU clock has to serve, us; at least 10.
   * Default 10,000: 100 samples per second of CPU time.
   */
  readonly periodUs?: number;
}

/** The same with its defaults. */
export interface SharingSettings {
  /** `undefined`: no samples. */
  readonly periodUs: number | undefined;
  /** Leave threads on isolated CPUs alone. */
  readonly spareIsolated: boolean;
  readonly confirm: boolean;
  readonly confirmationHits: number;
}

const PERIOD_US = 10_000;
const LEAST_PERIOD_US = 10;
const MOST_PERIOD_US = 60e6;
const MOST_HITS = 400;

/**
 * Checks the options; `open` has precedence over what the collector was made with.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
 */
export function sharingSettings(made: SharingConfig, open: SharingConfig): SharingSettings {
  const asked = open.addressSampling ?? made.addressSampling;
  const sampling = asked ?? {};
  const confirm = open.confirmFalseSharing ?? made.confirmFalseSharing ?? false;
  const confirmationHits = open.confirmationHits ?? made.confirmationHits ?? 8;
  check('confirmationHits', confirmationHits, 1, MOST_HITS, Number.isInteger(confirmationHits));
  const periodUs = sampling === false ? undefined : (sampling.periodUs ?? PERIOD_US);
  if (periodUs !== undefined) {
    check('addressSampling.periodUs', periodUs, LEAST_PERIOD_US, MOST_PERIOD_US, true);
  }
  return {
    periodUs,
    spareIsolated: asked === undefined && !confirm,
    confirm,
    confirmationHits,
  };
}

function check(option: string, value: number, least: number, most: number, isFit: boolean): void {
  if (isFit && value >= least && value <= most) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option,
    value,
    expected: `a number from ${least} to ${most}`,
  });
}
