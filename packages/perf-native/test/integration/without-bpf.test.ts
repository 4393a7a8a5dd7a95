import { beforeEach, describe, expect, it } from 'vitest';
import { Marks, MonotonicClock, RecordKind } from '@hftmon/core';
import { needs, skipUnless, spawnSleeper } from '@hftmon/testkit';
import {
  createProbeEnvironment,
  KernelEventSource,
  type HostEnvironment,
} from '../../src/index.js';
import { bundleChild, MonitoringChild } from '../support/child-process.js';
import { holdingsOf, NOTHING_HELD } from '../support/leftovers.js';
import { Monitor } from '../support/monitor.js';

describe('a session whose collectors need no kernel events', () => {
  beforeEach((context) => skipUnless(context, needs.root, needs.tool('setpriv')));

  it('loads nothing into the kernel and still delivers what is written into it', () => {
    using monitor = Monitor.start([], [process.pid]);
    expect(holdingsOf(process.pid).bpf).toEqual([]);
    const { source } = monitor;
    const marks = new Marks(new MonotonicClock(source.epochMonotonicNs));
    for (let i = 0; i < 7; i++) marks.write(source.writer, marks.intern('here'), i, 0);
    source.flush();
    monitor.read();
    expect(monitor.records.map(({ kind }) => kind)).toEqual(Array(7).fill(RecordKind.Mark));
    expect(source.losses()).toMatchObject({ seen: 0, emitted: 0, filtered: 0, dropped: 0 });
    expect(source.totals(process.pid)).toEqual([]);
  });

  it('asks nothing of the host for marks, which the application writes', () => {
    const environment = Object.create(createProbeEnvironment(), {
      bpf: { value: { ok: false, code: 'HFTMON_E_NOT_PERMITTED', reason: 'no', remedy: 'none' } },
    }) as HostEnvironment;
    const source = new KernelEventSource(environment);
    expect(() => source.open(new Set([RecordKind.Mark, RecordKind.Switch]), {})).toThrow(/no/);
    source.open(new Set([RecordKind.Mark]), {});
    expect(holdingsOf(process.pid).bpf).toEqual([]);
    source.close();
  });

  it('may be stopped and closed again and again, and asked after that', () => {
    const { source } = Monitor.start([], [process.pid]);
    source.detach(process.pid);
    source.detach(process.pid);
    source.attach(process.pid);
    for (let i = 0; i < 2; i++) source.stop();
    source.flush();
    for (let i = 0; i < 2; i++) source.close();
    expect(source.totals(process.pid)).toEqual([]);
    expect(source.losses().byCpu).toEqual([]);
    expect(source.interruptTotals().hardIrqs).toEqual([]);
    expect(source.stackFailures()).toBe(0);
    expect(holdingsOf(process.pid)).toMatchObject(NOTHING_HELD);
  });

  it('cannot follow children, and says so', () => {
    const source = new KernelEventSource();
    expect(() => source.open(new Set(), { followChildren: true })).toThrow(/followChildren/);
  });

  it('notices the end of a target', async () => {
    await using target = await spawnSleeper({ count: 1, sleepUs: 1000 });
    using monitor = Monitor.start([], [target.pid]);
    expect(reapAll(monitor.source)).toEqual([]);
    await target.go();
    await target.quit();
    await expect.poll(() => new Set(reapAll(monitor.source))).toEqual(new Set([target.pid]));
  });

  it('needs no privilege', async () => {
    const script = await bundleChild();
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    await using child = new MonitoringChild(script, ['hold-without-bpf', process.pid, 0], nobody);
    await child.line('running');
    expect(holdingsOf(child.pid).bpf).toEqual([]);
  });
});

/** `reap` looks at the processes only now and then. */
function reapAll(source: KernelEventSource): number[] {
  return Array.from({ length: 10 }, () => source.reap()).flat();
}
