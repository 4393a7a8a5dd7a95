import { NO_STACK } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import type { LatencySpike } from '../../src/index.js';
import { SpikeStore } from '../../src/report/spike-store.js';

interface Facts {
  readonly id: number;
  readonly us: number;
  readonly pid?: number;
  readonly supersedes?: readonly number[];
}

function storeOf(most: number, spikes: readonly Facts[]): SpikeStore {
  const store = new SpikeStore(most);
  for (const { id, us, pid = 1, supersedes } of spikes) {
    const durationNs = us * 1000;
    const spike = { id, pid, timestampNs: id * 1e6, durationNs, supersedes } as LatencySpike;
    store.add({ spike, events: [], userStack: NO_STACK, culprit: undefined });
  }
  return store;
}

function idsOf(store: SpikeStore): number[] {
  return store
    .withLongest()
    .map(({ spike }) => spike.id)
    .sort((a, b) => a - b);
}

describe('a store of spikes', () => {
  it('keeps the 16 longest of each process beyond the latest', () => {
    // Of 40 spikes those of 1 to 20 us are of process 1, those of 21 to 40 us of process 2.
    const spikes = Array.from({ length: 40 }, (_, i) => {
      const us = ((i * 17) % 40) + 1;
      return { id: i + 1, us, pid: us <= 20 ? 1 : 2 };
    });
    const store = storeOf(1, [...spikes, { id: 41, us: 1 }]);
    const longest = spikes.filter(({ us }) => (us > 4 && us <= 20) || us > 24);
    expect(idsOf(store)).toEqual([...longest.map(({ id }) => id), 41]);
    expect(store.list().map(({ spike }) => spike.id)).toEqual([41]);
  });

  it('forgets those that were superseded, kept or not', () => {
    const spikes = [
      { id: 1, us: 9 },
      { id: 2, us: 8 },
      { id: 3, us: 7 },
      { id: 4, us: 20, supersedes: [1, 3] },
    ];
    expect(idsOf(storeOf(1, spikes))).toEqual([2, 4]);
  });

  it('marks those that are kept for their length, too', () => {
    const store = storeOf(1, [
      { id: 1, us: 9 },
      { id: 2, us: 8 },
      { id: 3, us: 7 },
    ]);
    store.markIncomplete(1e6, 1.5e6);
    const marked = store.withLongest().filter(({ spike }) => spike.incomplete === true);
    expect(marked.map(({ spike }) => spike.id)).toEqual([1]);
  });

  it('knows the longest of 1024 processes', () => {
    const spikes = Array.from({ length: 1026 }, (_, i) => ({ id: i, us: 5, pid: i }));
    const ids = idsOf(storeOf(1, spikes));
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([1025, 1, 1025]);
  });
});
