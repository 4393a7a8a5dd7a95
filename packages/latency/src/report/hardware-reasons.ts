import { existsSync } from 'node:fs';
import {
  perCpuDistances,
  readCorePmus,
  readIdleDriver,
  readNumaTopology,
} from '@hftmon/perf-native';
import type { ProbeEnvironment } from '@hftmon/core';
import type { Cause } from '../types/cause.js';

/** Why this host, or this version on it, can't tell of causes in the hardware and in memory. */
export function hardwareReasons({ sysRoot }: ProbeEnvironment): ReadonlyMap<Cause, string> {
  const reasons = new Map<Cause, string>();
  const counted = countedReason(sysRoot);
  for (const cause of ['cache_misses', 'false_sharing', 'remote_memory'] as const) {
    reasons.set(cause, counted);
  }
  reasons.set('smi', smiReason(sysRoot));
  reasons.set('frequency', frequencyReason(sysRoot));
  reasons.set('thermal', thermalReason(sysRoot));
  if (readIdleDriver(sysRoot) === undefined) {
    const file = `${sysRoot}/devices/system/cpu/cpuidle/current_driver`;
    reasons.set('c_state', `the kernel has no driver of idle states (by ${file})`);
  }
  const { stealTime, vmEvents } = perCpuDistances(sysRoot);
  if (stealTime === undefined) {
    reasons.set('steal', 'the kernel has no steal clock of KVM, by its BTF');
  }
  if (vmEvents === undefined) {
    reasons.set('thp', 'the kernel counts no events of its memory (vm_event_states), by its BTF');
  }
  if (readNumaTopology(sysRoot).nodes.length < 2) {
    reasons.set('numa_migration', 'the host has one NUMA node');
  }
  return reasons;
}

function countedReason(sysRoot: string): string {
  return readCorePmus(sysRoot).length === 0
    ? 'this host has no core PMU (a virtual machine without a virtual PMU)'
    : 'counted over the run by the collectors cache and numa, not for each spike';
}

/*
 * Counters of a CPU can only be read on that CPU. What interrupts a CPU to find out what disturbs it
 * is worse than not knowing: they are read when a session begins and when it has ended.
 */

function smiReason(sysRoot: string): string {
  const event = `${sysRoot}/bus/event_source/devices/msr/events/smi`;
  return existsSync(event)
    ? 'counted over the run alone (smi_count): to read the count a CPU has to be interrupted'
    : `the kernel has no count of them (no ${event})`;
}

function frequencyReason(sysRoot: string): string {
  const folder = `${sysRoot}/devices/system/cpu/cpu0/cpufreq`;
  return existsSync(folder)
    ? 'reading what a CPU ran at (APERF and MPERF) would interrupt it'
    : `the kernel does not scale frequencies (no ${folder})`;
}

function thermalReason(sysRoot: string): string {
  const folder = `${sysRoot}/devices/system/cpu/cpu0/thermal_throttle`;
  return existsSync(folder)
    ? 'counted over the run alone (core_throttles, package_throttles): the kernel does not say when it was'
    : `the kernel counts no throttling (no ${folder})`;
}
