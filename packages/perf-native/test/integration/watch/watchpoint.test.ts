import { beforeEach, describe, expect, it } from 'vitest';
import {
  needs,
  sharingPlace,
  skipUnless,
  spawnSharing,
  type SharingReport,
  type Workload,
} from '@hftmon/testkit';
import type { WatchedPlace } from '../../../src/watch/watch-access.js';
import {
  Watchpoint,
  WatchpointSet,
  createProbeEnvironment,
  probeWatchpoints,
} from '../../../src/index.js';
import { holdingsOf, NOTHING_HELD } from '../../support/leftovers.js';
import { textOf } from '../../support/sampling.js';

const support = probeWatchpoints(createProbeEnvironment());

beforeEach((context) =>
  skipUnless(context, needs.cpus(2), () => (support.ok ? undefined : support.reason)),
);

/** The word of each thread. */
function placesOf(target: Workload<SharingReport>, access: WatchedPlace['access'] = 'writes') {
  return sharingPlace(target).threads.map(({ tid, address }) => ({
    tid,
    place: { address: Number(address), length: 8, access },
  }));
}

function opened(tid: number, place: WatchedPlace, epochNs?: bigint): Watchpoint {
  const result = Watchpoint.open(tid, place, epochNs);
  if (!result.ok) throw new Error(result.reason);
  return result.watchpoint;
}

describe('a watchpoint', () => {
  it("sees every access, and no other thread's", async () => {
    await using target = await spawnSharing({ iterations: 101 });
    const [first, second] = placesOf(target, 'reads-and-writes');
    using both = WatchpointSet.open([
      first!,
      { ...first!, place: { ...first!.place, access: 'writes' } },
      { tid: first!.tid, place: second!.place },
      { tid: second!.tid, place: first!.place },
    ]);
    expect(both.refused).toEqual([]);
    both.arm(400);
    await target.go();
    // An iteration is a load and a store, and x86 stops after each of them.
    expect(both.watchpoints.map((each) => each.count())).toEqual([202, 101, 0, 0]);
    expect(both.hits().length).toBe(303);
    expect(both.watchpoints.map(({ lost }) => lost)).toEqual([0, 0, 0, 0]);
  });

  it('says when, where in the code and on which CPU', async () => {
    await using target = await spawnSharing({ iterations: 53 });
    const { threads } = sharingPlace(target);
    using set = WatchpointSet.open(placesOf(target));
    set.arm(53);
    const text = textOf(target.pid);
    const report = await target.go();
    const hits = set.hits();
    expect(hits.length).toBe(106);
    for (const [i, hit] of hits.entries()) {
      expect(hit.timeNs).toBeGreaterThanOrEqual(hits[i - 1]?.timeNs ?? 0);
      const thread = report.threads.find(({ tid }) => tid === hit.tid)!;
      expect(hit.cpu).toBe(thread.cpu);
      expect(hit.place.address).toBe(Number(thread.address));
      expect(hit.timeNs).toBeGreaterThanOrEqual(thread.startNs);
      expect(hit.timeNs).toBeLessThanOrEqual(thread.endNs);
      expect(text.some(([start, end]) => hit.ip > start && hit.ip < end)).toBe(true);
    }
    // One store instruction, so one address after it.
    expect(new Set(hits.map(({ ip }) => ip)).size).toBe(1);
    expect(new Set(hits.map(({ tid }) => tid))).toEqual(new Set(threads.map(({ tid }) => tid)));
    expect(set.hits()).toEqual([]);
  });

  it('counts times from the epoch that it is given', async () => {
    await using target = await spawnSharing({ iterations: 1 });
    const { tid, place } = placesOf(target)[0]!;
    const epoch = process.hrtime.bigint();
    using watchpoint = opened(tid, place, epoch);
    watchpoint.arm(1);
    const report = await target.go();
    const { startNs } = report.threads[0]!;
    const [hit] = watchpoint.hits();
    expect(hit!.timeNs).toBeGreaterThanOrEqual(startNs - Number(epoch));
    expect(hit!.timeNs).toBeLessThan(Number(process.hrtime.bigint() - epoch));
  });

  it('ends by itself after the hits it was armed for, and no earlier', async () => {
    // If it went on trapping, at some 10 us each, the workload's limit would end it first.
    await using target = await spawnSharing({ iterations: 20_000_003, limitS: 60 });
    const { tid, place } = placesOf(target)[0]!;
    using watchpoint = opened(tid, place);
    watchpoint.arm(13);
    await target.go();
    expect(watchpoint.count()).toBe(13);
    expect(watchpoint.hits().length).toBe(13);
  });

  it('can be armed again and again, whatever is left', async () => {
    await using target = await spawnSharing();
    const { tid, place } = placesOf(target)[0]!;
    using watchpoint = opened(tid, place);
    watchpoint.arm(7);
    watchpoint.arm(400); // 7 are left
    watchpoint.arm(3); // 400 are left
    watchpoint.arm(3); // as many as asked
    expect(watchpoint.count()).toBe(0);
    target.begin();
    await target.running();
    await expect.poll(() => watchpoint.count()).toBe(3);
    watchpoint.arm(11);
    await expect.poll(() => watchpoint.count()).toBe(14);
    watchpoint.arm(5);
    await expect.poll(() => watchpoint.count()).toBe(19);
    await target.stop();
    expect(watchpoint.count()).toBe(19);
    expect(watchpoint.hits().length).toBe(19);
  });

  it('sees nothing once disarmed', async () => {
    await using target = await spawnSharing({ iterations: 1009 });
    const { tid, place } = placesOf(target)[0]!;
    using watchpoint = opened(tid, place);
    watchpoint.arm(400);
    watchpoint.disarm();
    watchpoint.disarm();
    await target.go();
    expect(watchpoint.count()).toBe(0);
    expect(watchpoint.hits()).toEqual([]);
  });

  it('can be moved, and is then disarmed', async () => {
    await using target = await spawnSharing({ iterations: 17 });
    const [first, second] = placesOf(target);
    using watchpoint = opened(first!.tid, second!.place);
    watchpoint.arm(400);
    watchpoint.move(first!.place);
    expect(watchpoint.place).toBe(first!.place);
    using untouched = opened(second!.tid, second!.place);
    untouched.arm(400);
    untouched.move(first!.place);
    watchpoint.arm(23);
    await target.go();
    expect(watchpoint.count()).toBe(17);
    expect(untouched.count()).toBe(0);
  });

  it('keeps hits and count when it is armed again after the last', async () => {
    await using target = await spawnSharing();
    const { tid, place } = placesOf(target)[0]!;
    using watchpoint = opened(tid, place);
    target.begin();
    await target.running();
    for (let i = 1; i <= 5; i++) {
      watchpoint.arm(127);
      await expect.poll(() => watchpoint.count()).toBe(127 * i);
    }
    await target.stop();
    // Room for 400 that nobody took, and for the last 127.
    expect(watchpoint.hits().length).toBe(400);
    expect(watchpoint.hits().length).toBe(127);
    expect(watchpoint.lost).toBe(4 * 127 - 400);
  });

  it('has room for an arming, whatever was not taken before', async () => {
    await using target = await spawnSharing({ iterations: 399 });
    const { tid, place } = placesOf(target)[0]!;
    using watchpoint = opened(tid, place);
    watchpoint.arm(400);
    await target.go();
    watchpoint.arm(400); // one was left
    expect(watchpoint.count()).toBe(399);
    expect(watchpoint.hits().length).toBe(399);
    expect(watchpoint.lost).toBe(0);
  });

  it('is gone when closed: the thread runs on at full speed', async () => {
    await using target = await spawnSharing({ iterations: 20_000_003, limitS: 60 });
    const { tid, place } = placesOf(target, 'reads-and-writes')[0]!;
    const watchpoint = opened(tid, place);
    watchpoint.arm(400);
    watchpoint.close();
    watchpoint.close();
    await target.go();
    expect(() => watchpoint.count()).toThrow(/closed/);
    expect(holdingsOf(process.pid)).toMatchObject(NOTHING_HELD);
    // All registers are free again.
    using set = WatchpointSet.open(Array.from({ length: 4 }, () => ({ tid, place })));
    expect(set.refused).toEqual([]);
  });
});

describe('debug registers', () => {
  it('run out after four, which is said, and come back', async (context) => {
    skipUnless(context, () => (process.arch === 'x64' ? undefined : 'Arm has up to 16'));
    await using target = await spawnSharing({ iterations: 5 });
    const [{ tid, place } = { tid: 0, place: undefined! }] = placesOf(target);
    using set = WatchpointSet.open(Array.from({ length: 5 }, () => ({ tid, place })));
    expect(set.watchpoints.length).toBe(4);
    expect(set.refused).toMatchObject([
      {
        tid,
        refusal: {
          ok: false,
          code: 'HFTMON_E_DEBUG_REGISTERS',
          reason: `the debug registers of thread ${tid} are all in use`,
        },
      },
    ]);
    // The other thread has its own.
    opened(target.tids[1]!, place).close();
    set.watchpoints[2]!.close();
    opened(tid, place).close();
  });
});

describe('what cannot be watched', () => {
  it.each([
    ['thread 0, which would be the caller', 0, { address: 4096, length: 8 }],
    ['a negative thread', -5, { address: 4096, length: 8 }],
    ['three bytes', process.pid, { address: 4096, length: 3 }],
    ['eight bytes across a boundary', process.pid, { address: 4100, length: 8 }],
    ['a negative address', process.pid, { address: -8, length: 8 }],
    ['a fraction', process.pid, { address: 0.5, length: 1 }],
    ['an address that no double holds', process.pid, { address: 2 ** 60, length: 8 }],
  ])('is refused: %s', (_what, tid, place) => {
    expect(() => Watchpoint.open(tid, { ...place, access: 'writes' })).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
    );
    expect(holdingsOf(process.pid)).toMatchObject(NOTHING_HELD);
  });

  it('is a thread that has ended', async () => {
    const target = await spawnSharing();
    await target.dispose();
    const place = { address: 4096, length: 8, access: 'writes' } as const;
    expect(Watchpoint.open(target.pid, place)).toMatchObject({
      ok: false,
      code: 'HFTMON_E_THREAD_NOT_FOUND',
    });
    expect(holdingsOf(process.pid)).toMatchObject(NOTHING_HELD);
  });

  it('is more hits than there is room for, or none', () => {
    using watchpoint = opened(process.pid, { address: 4096, length: 8, access: 'writes' });
    for (const hits of [0, -1, 401, 1.5, NaN]) {
      expect(() => watchpoint.arm(hits)).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
      );
    }
  });
});
