import type { Support } from '@hftmon/core';
import type { CpuCgroup, RealtimeLimit } from './cpu-cgroup.js';

/** A control group of target threads, or one above it, with what was counted for it. */
export interface CgroupThrottling extends CpuCgroup {
  /** Target threads in it or below. */
  readonly tids: readonly number[];
  /** The counts since the group was first seen: when its process was attached, mostly. */
  readonly sinceFirstSeen: Pick<CpuCgroup, 'periods' | 'throttledPeriods' | 'throttledUs'>;
}

/** What limits the CPU time of the targets. */
export interface ThrottlingInfo {
  /** A thread's own group before those above it; the root has no limits and is left out. */
  readonly cgroups: readonly CgroupThrottling[];
  /** What all real-time threads of the host together may use; absent when the kernel hides it. */
  readonly realtime?: RealtimeLimit;
  /** Where `cgroups` is from, or why it is empty. */
  readonly source: Support;
}
