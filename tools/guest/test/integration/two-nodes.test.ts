import { describe, expect, it } from 'vitest';
import { runInGuest } from '../support/guest.js';

/** Pages by node. */
type NodePages = Readonly<Record<string, number>>;

interface Placed {
  readonly touchedPages: number;
  readonly region: NodePages;
  readonly mapping: { readonly movePages: NodePages; readonly numaMaps: NodePages };
}

interface Answer {
  readonly nodes: readonly { readonly id: number; readonly cpus: readonly number[] }[];
  readonly cases: Readonly<Record<'firstTouch' | 'bound' | 'local', Placed>>;
}

describe('on two NUMA nodes', () => {
  it('pages are where the kernel says, whichever way it is asked', async (context) => {
    const { nodes, cases } = await runInGuest<Answer>(context, 'two-nodes.mjs', '6.12');
    expect(nodes).toEqual([
      { id: 0, cpus: [0] },
      { id: 1, cpus: [1] },
    ]);
    expect(cases.firstTouch.region).toEqual({ 1: 19 * 256 });
    expect(cases.bound.region).toEqual({ 1: 7 * 256 });
    expect(cases.local.region).toEqual({ 0: 11 * 256 });
    for (const { mapping, region, touchedPages } of Object.values(cases)) {
      expect(Object.values(region)).toEqual([touchedPages]);
      expect(mapping.movePages).toEqual(mapping.numaMaps);
    }
  }, 300_000);
});
