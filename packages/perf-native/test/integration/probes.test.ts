import { beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import {
  listBpfFds,
  listBpfPrograms,
  needs,
  readSchedstat,
  skipUnless,
  spawnPingpong,
  spawnSleeper,
} from '@hftmon/testkit';
import { KernelEventSource } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf, needs.root, needs.tool('bpftool')));

/** What every session needs: see `native/src/groups.c`. */
const ALWAYS = ['exec', 'fork', 'rename', 'switch', 'wake'];
const VECTORS = ['call_function', 'call_function_single', 'irq_work', 'local_timer', 'reschedule'];
const SENDERS = ['csd_function_entry', 'csd_queue_cpu', 'ipi_send_cpu'];

const PROGRAMS: readonly (readonly [string, RecordKind, readonly string[]])[] = [
  ['Switch', RecordKind.Switch, ['migrate']],
  ['Ran', RecordKind.Ran, ['migrate']],
  ['Migrate', RecordKind.Migrate, ['migrate']],
  ['Signal', RecordKind.Signal, ['signal']],
  ['HardIrq', RecordKind.HardIrq, ['irq_entry', 'irq_exit', 'migrate']],
  ['Softirq', RecordKind.Softirq, ['migrate', 'softirq_entry', 'softirq_exit', 'softirq_raise']],
  [
    'Vector',
    RecordKind.Vector,
    ['migrate', ...SENDERS, ...VECTORS.flatMap((name) => [`${name}_entry`, `${name}_exit`])],
  ],
  ['Nmi', RecordKind.Nmi, ['migrate', 'nmi']],
  ['Fault', RecordKind.Fault, ['fault_kernel', 'fault_major', 'fault_minor', 'fault_user']],
  ['Syscall', RecordKind.Syscall, ['sys_enter', 'sys_exit']],
];

/** Names as the kernel itself keeps them: bpftool may complete them from BTF. */
const kept = (name: string) => name.slice(0, 15);

/** Names of the programs that this process holds: others load theirs meanwhile. */
function loadedPrograms(): string[] {
  const ours = new Set(
    listBpfFds(process.pid)
      .filter(({ type }) => type === 'prog')
      .map(({ id }) => id),
  );
  return listBpfPrograms()
    .filter(({ id }) => ours.has(id))
    .map(({ name }) => kept(name))
    .sort();
}

function links(): number {
  return listBpfFds(process.pid).filter(({ type }) => type === 'link').length;
}

describe('programs in the kernel', () => {
  it.each(PROGRAMS)('for %s records are those that it needs', (_name, kind, programs) => {
    const source = new KernelEventSource();
    source.open(new Set([kind]), {});
    try {
      const expected = [...ALWAYS, ...programs].map((name) => kept(`hftmon_${name}`)).sort();
      expect(loadedPrograms()).toEqual(expected);
      expect(links()).toBe(0); // nothing attached yet
      source.start();
      // Software events have no links but descriptors of their own.
      const byEvent = programs.filter((name) => /^fault_m/.test(name)).length;
      expect(links()).toBe(expected.length - byEvent);
      source.stop();
      expect(links()).toBe(0);
    } finally {
      source.close();
    }
    expect(loadedPrograms()).toEqual([]);
  });
});

describe('kinds that nobody asked for', () => {
  it('are counted but make no records', async () => {
    await using target = await spawnPingpong({ hops: 1009 });
    using monitor = Monitor.start([RecordKind.Fault], [target.pid]);
    await target.go();
    monitor.read();
    const kinds = new Set(monitor.records.map(({ kind }) => kind));
    for (const kind of [RecordKind.Switch, RecordKind.Ran, RecordKind.Migrate]) {
      expect(kinds).not.toContain(kind);
    }
    const { seen, filtered } = monitor.counts(RecordKind.Switch);
    expect(seen).toBeGreaterThanOrEqual(1009);
    expect(filtered).toBe(seen);
  });

  it('leave a sleeping thread asleep: its sleep is no wait for a CPU', async () => {
    await using target = await spawnSleeper({ count: 23, sleepUs: 5000 });
    using monitor = Monitor.start([RecordKind.Fault], [target.pid]);
    const before = readSchedstat(target.pid);
    const { sleeps } = await target.go();
    const after = readSchedstat(target.pid);
    const [totals] = monitor.source.totals(target.pid);
    // It may lose its CPU on the way to sleep: the kernel's books say for how long.
    const awake = after.onCpuNs - before.onCpuNs + after.runQueueNs - before.runQueueNs;
    const length = sleeps.reduce((sum, { startNs, deadlineNs }) => sum + deadlineNs - startNs, 0);
    expect(length).toBe(23 * 5_000_000);
    expect(totals!.offCpuNs - totals!.runQueueNs).toBeGreaterThan(length - awake);
  });
});
