import { describe, expect, it } from 'vitest';
import { Watchpoint } from '@hftmon/perf-native';
import { needs, sharingPlace, skipUnless, spawnSharing, type SharingLayout } from '@hftmon/testkit';
import type { FalseSharingReport } from '../../src/sharing/report.js';
import { FAST, LIMIT_S, SharingRun, hasSamples } from '../support/line-sharing.js';

const HITS = 7;
const CONFIRM = { ...FAST, confirmFalseSharing: true, confirmationHits: HITS };

function isConfirmed({ lines }: FalseSharingReport): boolean {
  return lines[0]?.confidence === 'confirmed';
}

/** Takes all debug registers of a thread that are free, on memory that is never touched. */
function takeRegisters(tid: number): Watchpoint[] {
  const taken: Watchpoint[] = [];
  for (;;) {
    const place = { address: 8 * (taken.length + 1), length: 8, access: 'writes' } as const;
    const opened = Watchpoint.open(tid, place);
    if (!opened.ok) return taken;
    taken.push(opened.watchpoint);
  }
}

function freeRegisters(tid: number): number {
  const taken = takeRegisters(tid);
  for (const watchpoint of taken) watchpoint.close();
  return taken.length;
}

async function startSharing(layout: SharingLayout) {
  const target = await spawnSharing({ layout, limitS: LIMIT_S });
  return { target, place: sharingPlace(target) };
}

describe('confirmation by watchpoints', () => {
  it.for(['false', 'true', 'mixed'] as const)('proves %s sharing', async (layout, context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place } = await startSharing(layout);
    await using _ = target;
    using run = new SharingRun([target.pid], CONFIRM);
    target.begin();
    await target.running();
    // Early on, not all bytes have been seen; the verdict must come to be this one.
    const { lines } = await run.until(
      (report) => isConfirmed(report) && report.lines[0]?.verdict === layout,
    );
    expect(lines).toHaveLength(1);
    const [line] = lines;
    expect(line).toMatchObject({
      address: place.line,
      verdict: layout,
      confidence: 'confirmed',
      location: { name: 'shared_line' },
    });
    expect(line).not.toHaveProperty('notConfirmed');
    const watched = line?.watched;
    expect(watched?.rounds).toBeGreaterThanOrEqual(2);
    // Bounded: the kernel takes each watchpoint away after so many hits.
    for (const { hits } of watched?.uses ?? []) {
      expect(hits).toBeLessThanOrEqual(HITS * (watched?.rounds ?? 0));
    }
    expect(watched?.hits).toBe(watched?.uses.reduce((sum, { hits }) => sum + hits, 0));
    expect(watched?.hitIntervalNs).toBeGreaterThan(0);
  });

  it('sees each thread use its own bytes, and not those of the other', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place } = await startSharing('false');
    await using _ = target;
    using run = new SharingRun([target.pid], CONFIRM);
    target.begin();
    await target.running();
    const { lines } = await run.until(isConfirmed);
    const uses = lines[0]?.watched?.uses ?? [];
    for (const { tid, address } of place.threads) {
      const own = Number(address) - Number(place.line);
      const ofThread = uses.filter((use) => use.tid === tid);
      expect(ofThread.map(({ offset, hits }) => [offset === own, hits > 0])).toEqual(
        ofThread.map(({ offset }) => [offset === own, offset === own]),
      );
      expect(ofThread.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('leaves nothing armed, also when it is closed in the middle of a round', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place } = await startSharing('false');
    await using _ = target;
    const free = (): number[] => place.threads.map(({ tid }) => freeRegisters(tid));
    const before = free();
    const run = new SharingRun([target.pid], CONFIRM);
    target.begin();
    await target.running();
    await run.until(() => free().some((count, i) => count < (before[i] as number)));
    run[Symbol.dispose]();
    expect(free()).toEqual(before);
  });

  it('says why not when the debug registers are all in use', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place } = await startSharing('false');
    await using _ = target;
    const taken = place.threads.flatMap(({ tid }) => takeRegisters(tid));
    using run = new SharingRun([target.pid], CONFIRM);
    target.begin();
    await target.running();
    const { lines } = await run.until(({ lines: [line] }) => line?.notConfirmed !== undefined);
    const report = await run.until(({ lines: [line] }) =>
      /registers/.test(line?.notConfirmed ?? ''),
    );
    for (const watchpoint of taken) watchpoint.close();
    expect(lines).toHaveLength(1);
    expect(report.lines[0]).toMatchObject({
      verdict: 'false',
      confidence: 'suspected',
      notConfirmed: expect.stringMatching(/debug registers of thread \d+ are all in use/),
    });
    expect(report.lines[0]).not.toHaveProperty('watched');
  });

  it('watches nothing unless asked to', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target } = await startSharing('false');
    await using _ = target;
    using run = new SharingRun([target.pid]);
    target.begin();
    await target.running();
    const report = await run.until(hasSamples(500));
    expect(report.confirmation).toMatchObject({ ok: false, code: 'HFTMON_E_NOT_ENABLED' });
    expect(report.lines[0]).not.toHaveProperty('watched');
  });
});
