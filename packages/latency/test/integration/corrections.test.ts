import { CollectorRegistry, Session } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { needs, skipUnless, spawnPingpong } from '@hftmon/testkit';
import { expect, it } from 'vitest';
import { createLatencyCollector, type LatencySpike } from '../../src/index.js';

/** Rings far too small, and looked at too seldom, for what is going on. */
const TOO_SMALL = { kernelRecordsPerCpu: 64, historyRecords: 1 << 16, pollIntervalNs: 10e6 };

it('what listeners heard of losses is what queries say', async (context) => {
  skipUnless(context, needs.bpf);
  const collector = createLatencyCollector({ thresholdUs: 1, maxSpikes: 1e6 });
  const heard = new Map<number, LatencySpike>();
  const corrected: number[] = [];
  collector.onSpike((spike) => heard.set(spike.id, spike));
  collector.onCorrection(({ incomplete }) => corrected.push(...incomplete));
  await using game = await spawnPingpong({ hops: 100_003 });
  const source = new KernelEventSource();
  const registry = new CollectorRegistry().register(collector);
  const session = new Session({ source, registry, sourceOptions: TOO_SMALL });
  try {
    session.attach(game.pid);
    session.start();
    await game.go();
    const spikes = session.snapshot('latency', {}) as LatencySpike[];
    expect(session.losses().dropped).toBeGreaterThan(0);
    expect(new Set(corrected).size).toBe(corrected.length);
    expect(corrected.length).toBeGreaterThan(0);
    for (const id of corrected) expect(heard.get(id)!.incomplete).toBeUndefined();
    const known = new Set(corrected);
    for (const { id, incomplete } of spikes) {
      expect(heard.get(id)!.incomplete ?? (known.has(id) ? true : undefined)).toBe(incomplete);
    }
    const flagged = [...heard.values()].filter(({ incomplete }) => incomplete === true).length;
    expect(collector.metrics().incomplete_spikes).toBe(flagged + corrected.length);
  } finally {
    session.close();
  }
});
