import { RecordKind } from '@hftmon/core';
import { perCpuDistances } from '../capabilities/per-cpu-distances.js';
import { CONFIG, GROUP } from '../layout.js';
import { kernelSymbolAddress } from '../symbols/kernel-symbol-address.js';
import type { SessionRequest } from './session-request.js';
import type { SharedMemory } from './shared-memory.js';

/** Absences shorter than this explain no spike; their system call is not looked up. */
const SYSCALL_FROM_NS = 10_000n;

/** Kinds made by probes that any session needs, or that serve others too, for their totals. */
const BY_THE_WAY = [
  RecordKind.Switch,
  RecordKind.Ran,
  RecordKind.Migrate,
  RecordKind.HardIrq,
  RecordKind.Softirq,
  RecordKind.Throttle,
] as const;

/** Longer than anything lasts. */
const NEVER = 2n ** 64n - 1n;

/** Writes `struct hftmon_config`: what the probes report, and what they have to know of this host. */
export function configureProbes(
  { config, config64 }: Pick<SharedMemory, 'config' | 'config64'>,
  { kinds, options, groups, environment }: SessionRequest,
): void {
  const { procRoot, sysRoot } = environment;
  config[CONFIG.followChildren / 4] = options.followChildren === true ? 1 : 0;
  config[CONFIG.stacks / 4] = options.stacksFromNs === undefined ? 0 : 1;
  config64[CONFIG.stacksFromNs / 8] = BigInt(Math.round(options.stacksFromNs ?? 0));
  config64[CONFIG.syscallFromNs / 8] = SYSCALL_FROM_NS;
  const distances = perCpuDistances(sysRoot);
  config64[CONFIG.preemptCountDistance / 8] = distances.preemptCount ?? 0n;
  config64[CONFIG.vmEventsDistance / 8] = distances.vmEvents ?? 0n;
  if (kinds.has(RecordKind.Steal)) {
    config64[CONFIG.stealTimeDistance / 8] = distances.stealTime ?? 0n;
  }
  if (kinds.has(RecordKind.LateTimer)) {
    config64[CONFIG.timersDistance / 8] = distances.timers ?? 0n;
  }
  for (const [kind, ns] of Object.entries(options.minDurationNs ?? {})) {
    config64[CONFIG.minDurationNs / 8 + Number(kind)] = BigInt(Math.round(ns));
  }
  // Probes that serve another kind as well only count what nobody asked for.
  for (const kind of BY_THE_WAY) {
    if (!kinds.has(kind)) config64[CONFIG.minDurationNs / 8 + kind] = NEVER;
  }
  if (groups & GROUP.ipi) {
    config64[CONFIG.tlbFlushFunction / 8] = kernelSymbolAddress('flush_tlb_func', procRoot) ?? 0n;
  }
}
