import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordKind, type EventSourceOptions } from '@hftmon/core';
import {
  awaitBpfGone,
  listBpfFds,
  listBpfMaps,
  listBpfPrograms,
  needs,
  skipUnless,
  spawnChurn,
  spawnSleeper,
} from '@hftmon/testkit';
import { KernelEventSource } from '../../src/index.js';
import { NativeSession } from '../../src/native/native-session.js';
import type { NativeOptions } from '../../src/native/bindings.js';
import { GROUP } from '../../src/layout.js';
import { holdingsOf, NOTHING_HELD } from '../support/leftovers.js';
import { withFreeFiles } from '../support/free-files.js';
import { ALL_KINDS, Monitor } from '../support/monitor.js';

beforeAll(() => {
  // What is set up once and stays: the library, the threads of the runtime's own pool.
  const source = new KernelEventSource();
  source.open(new Set([RecordKind.Switch]), {});
  source.close();
});

beforeEach((context) => skipUnless(context, needs.bpf, needs.root, needs.tool('bpftool')));

/** Ids of this process's own objects: other processes load and free theirs meanwhile. */
function ids(type: 'prog' | 'map'): number[] {
  return listBpfFds(process.pid)
    .filter((fd) => fd.type === type)
    .map(({ id }) => id);
}

async function expectGone(programs: readonly number[], maps: readonly number[]): Promise<void> {
  const left = await awaitBpfGone(new Set(), () => [
    ...listBpfPrograms().filter(({ id }) => programs.includes(id)),
    ...listBpfMaps().filter(({ id }) => maps.includes(id)),
  ]);
  expect(left).toEqual([]);
}

function expectNothing(threads: number): void {
  const now = holdingsOf(process.pid);
  expect(now).toMatchObject(NOTHING_HELD);
  expect(now.threads).toBe(threads);
}

const NATIVE: NativeOptions = {
  history_records: 1024,
  input_records: 64,
  kernel_records: 1024,
  max_threads: 64,
  tid_limit: 32768,
  cpus: 2,
  groups: GROUP.switch,
  busy: 0,
  realtime_priority: 0,
  poll_ns: 1_000_000,
  epoch_ns: 0n,
  affinity: null,
  affinity_count: 0,
};

describe('a session', () => {
  it('gives everything back', async () => {
    const { threads } = holdingsOf(process.pid);
    await using target = await spawnSleeper({ count: 11 });
    const monitor = Monitor.start(ALL_KINDS, [target.pid], { stacksFromNs: 0 });
    const held = holdingsOf(process.pid);
    expect(held.bpf.length).toBeGreaterThan(60);
    expect(held.descriptors.filter((name) => name.includes('perf_event')).length).toBeGreaterThan(
      0,
    );
    expect(held.mappings.length).toBeGreaterThan(6);
    expect(held.threads).toBe(threads + 1);
    const [programs, maps] = [ids('prog'), ids('map')];
    await target.go();
    monitor.stop();
    expect(holdingsOf(process.pid).threads).toBe(threads);
    monitor.source.close();
    monitor.source.close();
    expectNothing(threads);
    await expectGone(programs, maps);
  });

  it('can be had 31 times, each on a target whose threads come and go', async () => {
    const { threads } = holdingsOf(process.pid);
    await using target = await spawnChurn({ threads: 4, generations: 1000, switches: 20 });
    target.begin();
    const programs: number[] = [];
    const maps: number[] = [];
    for (let i = 0; i < 31; i++) {
      using monitor = Monitor.start([RecordKind.Switch], [target.pid]);
      programs.push(...ids('prog'));
      maps.push(...ids('map'));
      monitor.read();
      expect(monitor.source.totals(target.pid).length).toBeGreaterThan(0);
    }
    expectNothing(threads);
    await expectGone(programs, maps);
  });
});

describe('a session that cannot be opened', () => {
  const bad: readonly (readonly [string, EventSourceOptions, string])[] = [
    ['a CPU that is missing', { cpuAffinity: [4095] }, 'HFTMON_E_CPU_NOT_FOUND'],
    ['too many history records', { historyRecords: 2 ** 33 }, 'HFTMON_E_CONFIG_INVALID'],
    ['no history records', { historyRecords: 0 }, 'HFTMON_E_CONFIG_INVALID'],
    ['a history that is no number', { historyRecords: NaN }, 'HFTMON_E_CONFIG_INVALID'],
    ['no kernel records', { kernelRecordsPerCpu: 0 }, 'HFTMON_E_CONFIG_INVALID'],
    ['a negative poll interval', { pollIntervalNs: -1 }, 'HFTMON_E_CONFIG_INVALID'],
    [
      'a negative duration',
      { minDurationNs: { [RecordKind.Fault]: -5 } },
      'HFTMON_E_CONFIG_INVALID',
    ],
    ['a priority out of range', { realtimePriority: 100 }, 'HFTMON_E_PRIORITY_RANGE'],
    ['half a priority', { realtimePriority: 0.5 }, 'HFTMON_E_PRIORITY_RANGE'],
  ];

  it.each(bad)('for %s says so and holds nothing', (_what, options, code) => {
    const { threads } = holdingsOf(process.pid);
    const source = new KernelEventSource();
    const open = () => source.open(new Set([RecordKind.Switch]), options);
    expect(open).toThrow(expect.objectContaining({ code }));
    expectNothing(threads);
    // It may be tried again.
    source.open(new Set([RecordKind.Switch]), {});
    source.close();
    expectNothing(threads);
  });

  it('for want of file descriptors says so and holds nothing', (context) => {
    skipUnless(context, needs.tool('prlimit'));
    const { threads } = holdingsOf(process.pid);
    const source = new KernelEventSource();
    // Enough for the maps, but not for all programs.
    withFreeFiles(12, () =>
      expect(() => source.open(new Set([RecordKind.Switch]), {})).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_FILES_EXHAUSTED' }),
      ),
    );
    expectNothing(threads);
    source.open(new Set([RecordKind.Switch]), {});
    source.close();
  });

  it('for a second time at once says so and keeps the first', () => {
    const source = new KernelEventSource();
    source.open(new Set([RecordKind.Switch]), {});
    const held = holdingsOf(process.pid);
    expect(() => source.open(new Set([RecordKind.Switch]), {})).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_SESSION_STATE' }),
    );
    expect(holdingsOf(process.pid)).toEqual(held);
    source.close();
  });

  it.each([
    ['a ring that is no power of two', { history_records: 1000 }],
    ['an input ring that is no power of two', { input_records: 3 }],
    ['tiny kernel rings', { kernel_records: 16 }],
    ['kernel rings that are no power of two', { kernel_records: 48 }],
    ['no threads', { max_threads: 1 }],
    ['no CPUs', { cpus: 0 }],
    ['more memory than there is', { history_records: 2 ** 31 }],
  ])('natively for %s holds nothing', (_what, options) => {
    const { threads } = holdingsOf(process.pid);
    let session: NativeSession | undefined;
    try {
      session = new NativeSession({ ...NATIVE, ...options });
    } catch (error) {
      expect(error).toMatchObject({ code: 'HFTMON_E_BPF_LOAD' });
    }
    // Memory that is not there is missed when it is used: the ring is mapped, never touched.
    if (session !== undefined) expect(_what).toBe('more memory than there is');
    session?.close();
    expectNothing(threads);
  });
});

describe('a session that cannot start', () => {
  it.each([
    ['its pump may not run on a CPU that is missing', { affinity: Uint32Array.of(1000) }],
    ['its pump is to run on a CPU that no kernel has', { affinity: Uint32Array.of(1_000_000) }],
  ])('because %s stays unattached', (_why, options) => {
    const { threads } = holdingsOf(process.pid);
    const session = new NativeSession({ ...NATIVE, ...options, affinity_count: 1 });
    const { bpf } = holdingsOf(process.pid);
    for (let i = 0; i < 3; i++) {
      expect(() => session.start()).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_NATIVE_CALL' }),
      );
    }
    expect(holdingsOf(process.pid).bpf).toEqual(bpf);
    expect(holdingsOf(process.pid).threads).toBe(threads);
    session.stop();
    session.flush();
    session.close();
    expectNothing(threads);
  });
});
