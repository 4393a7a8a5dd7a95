import type { ProbeEnvironment } from '@hftmon/core';
import { FakeRoots, fakeEnvironment } from '@hftmon/testkit';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { resolveOptions } from '../../src/options/latency-options.js';
import { listNotObserved } from '../../src/report/not-observed.js';
import type { Cause } from '../../src/index.js';

const CPU = 'sys/devices/system/cpu/cpu0';

/** Every tracepoint there is, or all but some. */
function hostOf(roots: FakeRoots, ...missing: string[]): ProbeEnvironment {
  return {
    ...fakeEnvironment({}),
    procRoot: roots.procRoot,
    sysRoot: roots.sysRoot,
    hasTracepoint: (name) => !missing.includes(name),
  };
}

function reasonsOn(host: ProbeEnvironment, options = {}): ReadonlyMap<Cause, string> {
  const list = listNotObserved(resolveOptions(options), host);
  expect(new Set(list.map(({ cause }) => cause)).size).toBe(list.length);
  return new Map(list.map(({ cause, reason }) => [cause, reason]));
}

describe('why causes are not observed', () => {
  let roots: FakeRoots;

  beforeEach(() => {
    roots = new FakeRoots();
    onTestFinished(() => roots[Symbol.dispose]());
  });

  it('on a virtual machine that shows nothing of its hardware', () => {
    const reasons = reasonsOn(hostOf(roots));
    const noPmu = 'this host has no core PMU (a virtual machine without a virtual PMU)';
    expect(reasons.get('cache_misses')).toBe(noPmu);
    expect(reasons.get('false_sharing')).toBe(noPmu);
    expect(reasons.get('remote_memory')).toBe(noPmu);
    expect(reasons.get('smi')).toContain('the kernel has no count of them (no ');
    expect(reasons.get('frequency')).toBe(
      `the kernel does not scale frequencies (no ${roots.sysRoot}/devices/system/cpu/cpu0/cpufreq)`,
    );
    expect(reasons.get('c_state')).toContain('no driver of idle states');
    expect(reasons.get('thermal')).toContain('counts no throttling');
    expect(reasons.get('steal')).toBe('the kernel has no steal clock of KVM, by its BTF');
    expect(reasons.get('thp')).toContain('vm_event_states');
    expect(reasons.get('numa_migration')).toBe('the host has one NUMA node');
    expect(reasons.get('gc_pause')).toBe(
      `the kernel has no uprobes (no ${roots.sysRoot}/bus/event_source/devices/uprobe)`,
    );
    expect(reasons.has('throttled')).toBe(false);
    expect(reasons.has('reclaim')).toBe(false);
    expect(reasons.has('lock_wait')).toBe(false);
  });

  it('on bare metal, where counters are read on the CPU that they are of, or say nothing of the time', () => {
    roots
      .write('sys/bus/event_source/devices/cpu/type', '4')
      .write('sys/bus/event_source/devices/uprobe/type', '9')
      .write('sys/bus/event_source/devices/msr/events/smi', 'event=0x04')
      .write(`${CPU}/cpufreq/scaling_driver`, 'intel_pstate')
      .write('sys/devices/system/cpu/cpuidle/current_driver', 'intel_idle\n')
      .write(`${CPU}/thermal_throttle/core_throttle_count`, '0')
      .write('sys/devices/system/node/node0/cpulist', '0-1')
      .write('sys/devices/system/node/node1/cpulist', '2-3');
    const reasons = reasonsOn(hostOf(roots));
    expect(reasons.has('gc_pause')).toBe(false);
    expect(reasons.get('cache_misses')).toMatch(/^counted over the run/);
    expect(reasons.get('smi')).toMatch(/^counted over the run alone \(smi_count\)/);
    expect(reasons.get('frequency')).toMatch(/would interrupt it$/);
    expect(reasons.get('thermal')).toMatch(/core_throttles.* does not say when/);
    expect(reasons.has('c_state')).toBe(false);
    expect(reasons.has('numa_migration')).toBe(false);
  });

  it('for idle states without a driver, and of a kernel that does not tell of them', () => {
    const driver = 'sys/devices/system/cpu/cpuidle/current_driver';
    roots.write(driver, 'none\n');
    expect(reasonsOn(hostOf(roots)).get('c_state')).toMatch(/^the kernel has no driver/);
    roots.write(driver, 'intel_idle\n');
    expect(reasonsOn(hostOf(roots)).has('c_state')).toBe(false);
    expect(reasonsOn(hostOf(roots, 'cpu_idle')).get('c_state')).toBe(
      'the kernel has no tracepoint cpu_idle',
    );
  });

  it('names a tracepoint that the kernel lacks, of a group that needs them all', () => {
    const reasons = reasonsOn(hostOf(roots, 'mm_migrate_pages_start', 'nmi_handler'));
    const reason = 'the kernel has no tracepoint mm_migrate_pages_start';
    expect(reasons.get('reclaim')).toBe(reason);
    expect(reasons.get('compaction')).toBe(reason);
    expect(reasons.get('numa_migration')).toBe(reason);
    expect(reasons.get('nmi')).toBe('the kernel has no tracepoint nmi_handler');
  });

  it('puts options before the host', () => {
    const host = hostOf(roots, 'page_fault_user', 'sys_enter');
    const reasons = reasonsOn(host, { faults: false, syscalls: false });
    expect(reasons.get('page_fault')).toBe('switched off by option faults');
    expect(reasons.get('thp')).toBe('switched off by option faults');
    expect(reasons.get('syscall')).toBe('switched off by option syscalls');
  });
});
