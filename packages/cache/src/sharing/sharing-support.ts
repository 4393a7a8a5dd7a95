import { refusal, type ProbeEnvironment, type Support } from '@hftmon/core';
import { probeWatchpoints } from '@hftmon/perf-native';
import { readLineBytes } from './host-caches.js';
import { offerSampling, type SamplingChoice } from './sampling-choice.js';
import type { SharingSettings } from './settings.js';

/** What of the search for shared lines this host can do. */
export interface SharingOffer {
  /** Finding suspects. */
  readonly sampling: Support;
  /** Proving them. */
  readonly confirmation: Support;
  readonly choice?: SamplingChoice;
  readonly lineBytes?: number;
}

/** Looks at the host; no side effects. */
export function offerSharing(env: ProbeEnvironment, settings: SharingSettings): SharingOffer {
  const off = turnedOff(settings);
  if (off !== undefined) return { sampling: off, confirmation: off };
  const lineBytes = readLineBytes(env.procRoot, env.sysRoot);
  if (lineBytes === undefined) return { sampling: NO_LINE_SIZE, confirmation: NO_LINE_SIZE };
  const { support, choice } = offerSampling(env, settings.periodUs as number);
  if (choice === undefined) return { sampling: support, confirmation: support };
  const confirmation = settings.confirm ? probeWatchpoints(env) : NOT_CONFIRMED;
  return { sampling: support, confirmation, choice, lineBytes };
}

function turnedOff({ periodUs }: SharingSettings): Support | undefined {
  if (periodUs !== undefined) return undefined;
  return notEnabled(
    'address sampling',
    'each sample interrupts the target',
    'the option addressSampling to other than false',
  );
}

const NOT_CONFIRMED = notEnabled(
  'the confirmation by watchpoints',
  'each hit stops a thread of the target for some 10 us',
  'the option confirmFalseSharing (hftmon stat --confirm-false-sharing)',
);

const NO_LINE_SIZE: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'neither sysfs nor /proc/cpuinfo tells the size of a cache line',
  remedy: 'run on a host whose kernel shows its caches in /sys/devices/system/cpu/cpu0/cache',
};

function notEnabled(feature: string, reason: string, option: string): Support {
  return refusal('HFTMON_E_NOT_ENABLED', { feature, reason, option });
}
