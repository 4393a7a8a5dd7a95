import { beforeEach, describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnPimutex, type PimutexOptions } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf, needs.realtime));

async function run(options: PimutexOptions) {
  await using target = await spawnPimutex(options);
  using monitor = new Monitor([target.pid]);
  const report = await target.go();
  monitor.session.flush();
  const { collector } = monitor;
  const inversionsOf = (tid: number) => collector.inversions({ tid });
  const infoOf = (tid: number) => collector.snapshot({ tid })[0]!;
  return {
    report,
    collector,
    tids: report.chain.map(({ tid }) => tid),
    inversions: report.chain.map(({ tid }) => inversionsOf(tid)),
    infos: report.chain.map(({ tid }) => infoOf(tid)),
    sessionNs: (ns: number) => monitor.sessionNs(ns),
    metrics: collector.metrics(),
  };
}

describe('inversions of locks with priority inheritance', () => {
  it('are each seen, with holder, lock and length', async () => {
    const { report, tids, inversions, infos, sessionNs } = await run({ count: 211, holdUs: 300 });
    const [waiter, holder] = report.chain;
    expect(inversions.map((list) => list.length)).toEqual([211, 0]);
    expect(infos.map((info) => info.priorityInversions)).toEqual([211, 0]);
    inversions[0]!.forEach((inversion, i) => {
      expect(inversion).toMatchObject({
        pid: report.pid,
        tid: waiter!.tid,
        inherited: true,
        lentPriority: 89,
        chain: [
          {
            tid: waiter!.tid,
            comm: 'pimutex',
            kernelPriority: 89,
            waitsFor: { futexAddress: waiter!.futexAddress },
          },
          { tid: holder!.tid, comm: 'pimutex', kernelPriority: 120 },
        ],
      });
      expect(inversion.chain[0]!.waitsFor!.operation).toMatch(/^FUTEX_LOCK_PI2?$/);
      // From within the lock call of the waiter to between the release and the call's end.
      const { startNs, endNs } = waiter!.waits![i]!;
      const end = inversion.timestampNs + inversion.durationUs * 1e3;
      expect(inversion.timestampNs).toBeGreaterThan(sessionNs(startNs));
      expect(inversion.timestampNs).toBeLessThan(sessionNs(report.releasedNs[i]!) - 300e3);
      expect(end).toBeGreaterThan(sessionNs(report.releasedNs[i]!));
      expect(end).toBeLessThan(sessionNs(endNs));
    });
    const sum = inversions[0]!.reduce((total, { durationUs }) => total + durationUs, 0);
    expect(infos[0]!.priorityInversionUs).toBeCloseTo(sum, 3);
    const chain = infos[0]!.priorityInheritanceChain!;
    expect(chain.map(({ tid }) => tid)).toEqual(tids);
    expect(infos[1]!.priorityInheritanceChain).toBeUndefined();
  });

  it('are followed along a chain of three', async () => {
    const { tids, inversions, infos, metrics } = await run({ depth: 3, count: 101, holdUs: 300 });
    expect(inversions.map((list) => list.length)).toEqual([101, 101, 0]);
    for (const { chain } of inversions[0]!) {
      expect(chain.map(({ tid }) => tid)).toEqual(tids);
      expect(chain.map(({ kernelPriority }) => kernelPriority)).toEqual([79, 89, 120]);
      expect(chain[0]!.waitsFor).not.toEqual(chain[1]!.waitsFor);
      expect(chain[2]!.waitsFor).toBeUndefined();
    }
    for (const { chain } of inversions[1]!) {
      expect(chain.map(({ tid }) => tid)).toEqual(tids.slice(1));
    }
    expect(infos.map((info) => info.priorityInversions)).toEqual([101, 101, 0]);
    expect(metrics).toMatchObject({ priority_inversions: 202 });
  });

  it('are followed along a chain of five', async () => {
    const { tids, inversions } = await run({ depth: 5, count: 31, holdUs: 100 });
    expect(inversions.map((list) => list.length)).toEqual([31, 31, 31, 31, 0]);
    for (const { chain } of inversions[0]!) expect(chain.map(({ tid }) => tid)).toEqual(tids);
  });

  it('keep a thread in between from its CPU', async () => {
    const { report, inversions } = await run({ count: 31, holdUs: 2000, burnUs: 3000 });
    expect(inversions[0]).toHaveLength(31);
    inversions[0]!.forEach(({ inherited }, i) => {
      expect(inherited).toBe(true);
      expect(report.burns![i]!.startNs).toBeGreaterThan(report.releasedNs[i]!);
    });
  });
});

describe('inversions of plain locks', () => {
  it('are seen where the holder could have gone on', async () => {
    const { report, inversions, infos, sessionNs } = await run({
      via: 'mutex',
      count: 53,
      holdUs: 2000,
      burnUs: 3000,
    });
    const [waiter, holder] = report.chain;
    // The burner may come too late for the holder on a loaded machine; then there was none.
    const burns = report.burns!.filter(({ startNs }, i) => startNs < report.releasedNs[i]!);
    expect(burns.length).toBeGreaterThan(0);
    for (const burn of burns) {
      const during = inversions[0]!.filter(({ timestampNs, durationUs }) => {
        const endNs = timestampNs + durationUs * 1e3;
        return timestampNs < sessionNs(burn.startNs) && endNs > sessionNs(burn.endNs);
      });
      expect(during).toHaveLength(1);
      const [inversion] = during;
      expect(inversion).toMatchObject({
        tid: waiter!.tid,
        inherited: false,
        chain: [
          { tid: waiter!.tid, kernelPriority: 89 },
          { tid: holder!.tid, kernelPriority: 120 },
        ],
      });
      expect(inversion!.lentPriority).toBeUndefined();
      const { futexAddress } = waiter!;
      expect(inversion!.chain[0]!.waitsFor).toEqual({ futexAddress, operation: 'FUTEX_WAIT' });
      const burnUs = (burn.endNs - burn.startNs) / 1e3;
      expect(inversion!.holderWaitUs).toBeGreaterThan(burnUs);
    }
    // Now and then another task took the CPU first.
    const culprits = inversions[0]!.map(({ ranInstead }) => ranInstead);
    expect(culprits).toContainEqual({ tid: report.burnerTid, comm: 'pimutex' });
    expect(infos[0]!.priorityInversions).toBe(inversions[0]!.length);
  });

  it('are followed along a chain of three', async () => {
    const { report, tids, inversions } = await run({
      via: 'mutex',
      depth: 3,
      count: 23,
      holdUs: 2000,
      burnUs: 3000,
    });
    const burns = report.burns!.filter(({ startNs }, i) => startNs < report.releasedNs[i]!);
    expect(burns.length).toBeGreaterThan(0);
    for (const list of inversions.slice(0, 2)) {
      expect(list.length).toBeGreaterThanOrEqual(burns.length);
    }
    for (const { chain } of inversions[0]!) expect(chain.map(({ tid }) => tid)).toEqual(tids);
    expect(inversions[2]).toEqual([]);
  });
});
