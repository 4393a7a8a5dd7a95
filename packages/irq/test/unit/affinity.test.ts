import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceTotals, Target } from '@hftmon/core';
import { hosted } from '../support/hosted.js';

/*
 * Files as of a two-socket host (documented in the kernel's core-api/irq/irq-affinity.rst), with
 * real modes: the kernel tells by them what may be moved.
 */
describe('affinity', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hftmon-irq-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  const irq = (number: number, allowed: string, effective: string, node: string, mode?: number) => {
    write(`proc/irq/${number}/smp_affinity_list`, `${allowed}\n`, mode);
    write(`proc/irq/${number}/effective_affinity_list`, `${effective}\n`);
    write(`proc/irq/${number}/node`, `${node}\n`);
  };
  const watching = (
    allowedOfThreads: readonly string[],
    { online = '0-3', isolated = '', nohzFull = '' } = {},
  ) => {
    write('sys/devices/system/cpu/online', `${online}\n`);
    write('sys/devices/system/cpu/isolated', `${isolated}\n`);
    write('sys/devices/system/cpu/nohz_full', `${nohzFull}\n`);
    allowedOfThreads.forEach((list, i) =>
      write(`proc/50/task/${50 + i}/status`, `Name:\tengine\nCpus_allowed_list:\t${list}\n`),
    );
    const host = hosted({ procRoot: join(root, 'proc'), sysRoot: join(root, 'sys') });
    const fired = (number: number, cpu: number) => ({ cpu, number, count: 1 }) as SourceTotals;
    const hardIrqs = [fired(41, 2), fired(38, 0), fired(38, 2), fired(36, 2), fired(99, 0)];
    host.source.interruptCounts = { ...host.source.interruptCounts, hardIrqs };
    host.collector.attach({ pid: 50 } as Target);
    return host.collector;
  };
  const affinities = (...of: Parameters<typeof watching>) => watching(...of).affinity();

  it('compares with the CPUs of all target threads, and says how to move what is on them', () => {
    irq(36, '0-3', '2', '1', 0o444);
    irq(38, '0-3', '3', '-1');
    irq(41, '2', '2', '0');
    expect(affinities(['2', '3'], { isolated: '1' })).toEqual([
      {
        irqNumber: 36,
        source: 'irq 36',
        allowed: [0, 1, 2, 3],
        effective: [2],
        node: 1,
        movable: false,
        targetCpus: [2],
        onTargetCpus: true,
        obstacle: 'the kernel manages its affinity and refuses to change it',
      },
      expect.objectContaining({
        irqNumber: 38,
        node: undefined,
        targetCpus: [3],
        command: 'echo 0 > /proc/irq/38/smp_affinity_list',
      }),
      expect.objectContaining({
        irqNumber: 41,
        targetCpus: [2],
        command: 'echo 0 > /proc/irq/41/smp_affinity_list',
      }),
    ]);
  });

  it('leaves alone what is elsewhere', () => {
    irq(38, '0-3', '0', '0');
    const [only] = affinities(['2-3']);
    expect(only).toMatchObject({ targetCpus: [], onTargetCpus: false, movable: true });
    expect(only).not.toHaveProperty('command');
    expect(only).not.toHaveProperty('obstacle');
  });

  it('goes by what is allowed where the controller does not tell what is in effect', () => {
    irq(38, '2-3', '', '0');
    expect(affinities(['3'])).toMatchObject([{ effective: undefined, targetCpus: [3] }]);
  });

  it('leaves alone CPUs that are isolated or without tick', () => {
    irq(38, '0-5', '2', '-1');
    expect(affinities(['2'], { online: '0-5', isolated: '1', nohzFull: '3-4' })).toMatchObject([
      { command: 'echo 0,5 > /proc/irq/38/smp_affinity_list' },
    ]);
  });

  it('has no command for threads that may run anywhere', () => {
    irq(38, '0-3', '1', '0');
    const [only] = affinities(['0-3']);
    expect(only).toMatchObject({
      onTargetCpus: true,
      obstacle: expect.stringContaining('pin them'),
    });
    expect(only).not.toHaveProperty('command');
  });

  it('compares with what the last target might use when none is left', () => {
    irq(38, '0-3', '0', '0');
    const collector = watching(['0']);
    rmSync(join(root, 'proc/50'), { recursive: true });
    collector.detach({ pid: 50 } as Target);
    expect(collector.affinity()).toMatchObject([{ irqNumber: 38, targetCpus: [0] }]);
    collector.close();
    expect(collector.affinity()).toMatchObject([{ irqNumber: 38, targetCpus: [0] }]);
  });

  it('keeps its answer of the close, whatever becomes of the targets', () => {
    irq(38, '0-3', '0', '0');
    const collector = watching(['0']);
    collector.close();
    rmSync(join(root, 'proc/50'), { recursive: true });
    expect(collector.affinity()).toMatchObject([{ irqNumber: 38, targetCpus: [0] }]);
  });

  it('is silent about what has gone', () => {
    expect(affinities(['0'])).toEqual([]);
  });
});
