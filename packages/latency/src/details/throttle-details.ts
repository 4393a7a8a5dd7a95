import {
  ThrottleType,
  throttleCgroup,
  throttlePeriodNs,
  throttleQuotaNs,
  throttleType,
} from '@hftmon/core';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import type { ThrottleLimit, ThrottledDetails } from '../types/details/context-switch.js';
import { sharesBy, type Share } from './shares.js';

const TYPES: ReadonlyMap<number, ThrottleLimit['type']> = new Map([
  [ThrottleType.Quota, 'quota'],
  [ThrottleType.Realtime, 'realtime'],
  [ThrottleType.Deadline, 'deadline'],
]);

export function throttledDetails(slices: readonly Slice[], scene: Scene): ThrottledDetails {
  const limits = sharesBy(slices, limitOf).map((share) => describeLimit(share, scene));
  return { limits };
}

function limitOf({ log, base }: Slice): string {
  return `${throttleType(log.u32, base)} ${throttleCgroup(log.u32, base)}`;
}

function describeLimit({ longest, ns, count }: Share<string>, { lookups }: Scene): ThrottleLimit {
  const { u32 } = longest.log;
  const { base } = longest;
  const id = throttleCgroup(u32, base);
  const cgroup = id === 0 ? undefined : lookups.cpuCgroups.lookup(id)?.path;
  const quotaNs = throttleQuotaNs(u32, base);
  const periodNs = throttlePeriodNs(u32, base);
  return {
    type: TYPES.get(throttleType(u32, base))!,
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(quotaNs === 0 ? {} : { quotaUs: quotaNs / 1000 }),
    ...(periodNs === 0 ? {} : { periodUs: periodNs / 1000 }),
    ns,
    count,
  };
}
