import { describe, expect, it } from 'vitest';
import {
  FakeRoots,
  needs,
  sharingPlace,
  skipUnless,
  spawnSharing,
  type SharingLayout,
  type SharingOptions,
} from '@hftmon/testkit';
import type { FalseSharingReport, SharedLine } from '../../src/sharing/report.js';
import { LIMIT_S, SharingRun, hasSamples } from '../support/line-sharing.js';

async function startSharing(layout: SharingLayout, options: SharingOptions = {}) {
  const target = await spawnSharing({ layout, limitS: LIMIT_S, ...options });
  const place = sharingPlace(target);
  const offsetOf = (address: string): number => Number(address) - Number(place.line);
  return { target, place, offsetOf };
}

function lineOf({ lines }: FalseSharingReport): SharedLine {
  expect(lines).toHaveLength(1);
  return lines[0] as SharedLine;
}

function samplesOf({ samples }: FalseSharingReport) {
  if (samples === undefined) throw new Error('no samples were taken');
  return samples;
}

describe('lines found by sampling alone', () => {
  it('names false sharing: line, variable, threads, bytes and code', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place, offsetOf } = await startSharing('false');
    await using _ = target;
    using run = new SharingRun([target.pid]);
    target.begin();
    await target.running();
    const line = lineOf(await run.until(({ lines }) => lines.length > 0));
    expect(line).toMatchObject({
      pid: target.pid,
      address: place.line,
      sizeBytes: 64,
      verdict: 'false',
      confidence: 'suspected',
      notConfirmed: expect.stringContaining('not enabled'),
      location: { kind: 'variable', name: 'shared_line', symbol: 'shared_line', symbolBytes: 128 },
      node: expect.any(Number),
    });
    expect(line.threads.map(({ tid, comm }) => [tid, comm]).sort()).toEqual(
      place.threads.map(({ tid }) => [tid, 'sharing']).sort(),
    );
    for (const thread of place.threads) {
      const found = line.threads.find(({ tid }) => tid === thread.tid);
      expect(found?.accesses.map(({ offset, size }) => [offset, size])).toEqual([
        [offsetOf(thread.address), 8],
      ]);
      for (const { code } of found?.accesses ?? []) {
        for (const { symbol } of code) expect(symbol).toBe('sharing_update');
      }
    }
    expect(line.advice).toMatchObject({ object: 'shared_line', alignBytes: 64 });
    expect(line.advice.text).toContain('alignas(64)');
    expect(line.advice.ranges.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 8],
      [16, 8],
    ]);
  });

  it.for([
    ['true', 'true'],
    ['mixed', 'mixed'],
  ] as const)('calls %s sharing by its name', async ([layout, verdict], context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place } = await startSharing(layout);
    await using _ = target;
    using run = new SharingRun([target.pid]);
    target.begin();
    await target.running();
    const report = await run.until(({ lines }) => lines[0]?.verdict === verdict);
    expect(lineOf(report)).toMatchObject({
      address: place.line,
      location: { name: 'shared_line' },
    });
  });

  it.for([
    ['padded words', 'padded', {}],
    ['words that are only read', 'false', { writers: 0 }],
    ['one thread', 'false', { threads: 1 }],
  ] as const)('does not accuse %s', async ([_what, layout, options], context) => {
    skipUnless(context, needs.cpus(2));
    const { target } = await startSharing(layout, options);
    await using _ = target;
    using run = new SharingRun([target.pid]);
    target.begin();
    await target.running();
    const { lines } = await run.until(hasSamples(1500));
    expect(lines).toEqual([]);
  });

  it('does not accuse threads that run on one CPU', async () => {
    const { target } = await startSharing('false', { cpu: 0, otherCpu: 0 });
    await using _ = target;
    using run = new SharingRun([target.pid]);
    target.begin();
    await target.running();
    const { lines } = await run.until(hasSamples(500));
    expect(lines).toEqual([]);
  });

  it('puts samples in the right line and to the right thread', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place, offsetOf } = await startSharing('false');
    await using _ = target;
    using run = new SharingRun([target.pid]);
    target.begin();
    await target.running();
    const report = await run.until(hasSamples(1500));
    const line = lineOf(report);
    const { taken, attributed, dropped, lost } = samplesOf(report);
    expect(line.samples / attributed).toBeGreaterThanOrEqual(0.95);
    for (const { tid, accesses } of line.threads) {
      const own = place.threads.find((thread) => thread.tid === tid);
      expect(accesses.map(({ offset }) => offset)).toEqual([offsetOf(own?.address ?? '')]);
    }
    expect(lost).toBe(0);
    const droppedCount = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    expect(attributed + droppedCount).toBe(taken);
  });

  it('leaves threads alone that come to an isolated CPU, unless asked', async (context) => {
    skipUnless(context, needs.cpus(2));
    const { target, place } = await startSharing('false');
    await using _ = target;
    // This host may have no isolated CPU, so the lists are those of another, the rest is real.
    using roots = new FakeRoots();
    roots.write('sys/devices/system/cpu/isolated', String(place.threads[1]?.cpu));
    using run = new SharingRun([target.pid], {}, roots.sysRoot);
    target.begin();
    await target.running();
    const { gaps, samples } = await run.until(hasSamples(200));
    expect(gaps).toEqual([
      expect.objectContaining({ pid: target.pid, threads: 1, code: 'HFTMON_E_NOT_ENABLED' }),
    ]);
    expect(samples?.dropped).not.toHaveProperty('code_unreadable');
  });
});
