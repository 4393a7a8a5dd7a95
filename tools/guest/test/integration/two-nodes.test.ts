import { describe, expect, it, type TestContext } from 'vitest';
import { GUEST_TEST_MS, runInGuest } from '../support/guest.js';

/** Pages by node. */
type PagesByNode = Readonly<Record<string, number>>;

interface NodePages {
  readonly nodeId: number;
  readonly pages: number;
}

/** What the collector said of a process, and what the kernel's books said. */
interface Look {
  readonly placement: {
    readonly method: string;
    readonly seenFraction: number;
    readonly nodes: readonly NodePages[];
    readonly mappings: readonly {
      readonly address: string;
      readonly nodes: readonly NodePages[];
    }[];
  };
  readonly stats: readonly {
    readonly nodeId: number;
    readonly localAccesses?: number;
    readonly pages: readonly { readonly pages: number }[];
    readonly sources: Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;
  }[];
  readonly recommendations: readonly { readonly rule: string; readonly command?: string }[];
  readonly books: {
    readonly pid: number;
    readonly touchedPages: number;
    readonly process: PagesByNode;
    readonly region: PagesByNode;
    readonly mapping: {
      readonly address: string;
      readonly movePages: PagesByNode;
      readonly numaMaps: PagesByNode;
    };
  };
}

/** A process whose busy thread runs on node 0. */
interface Case extends Look {
  /** After the command of the advice to move pages was run; absent when there was none. */
  readonly followed?: Look;
}

interface Answer {
  readonly errors: readonly string[];
  readonly nodes: readonly {
    readonly id: number;
    readonly cpus: readonly number[];
    readonly distances: PagesByNode;
    readonly performance: readonly { readonly readLatencyNs: number }[];
  }[];
  readonly cases: Readonly<Record<'firstTouch' | 'bound' | 'local', Case>>;
}

function byNode(nodes: readonly NodePages[]): PagesByNode {
  return Object.fromEntries(nodes.map(({ nodeId, pages }) => [nodeId, pages]));
}

function rules({ recommendations }: Look): readonly string[] {
  return recommendations.map(({ rule }) => rule);
}

function expectExact({ placement, stats, books }: Look): void {
  const { touchedPages, mapping, region } = books;
  expect(Object.values(region)).toEqual([touchedPages]);
  expect(mapping.movePages).toEqual(mapping.numaMaps);
  const mapped = placement.mappings.find(({ address }) => address === mapping.address);
  expect(byNode(mapped?.nodes ?? [])).toEqual(mapping.numaMaps);
  expect(placement).toMatchObject({ method: 'numa_maps', seenFraction: 1 });
  expect(byNode(placement.nodes)).toEqual(books.process);
  for (const { nodeId, pages } of stats) expect(pages[0]?.pages).toBe(books.process[nodeId] ?? 0);
}

describe('on two NUMA nodes', () => {
  let answer: Promise<Answer> | undefined;

  /** One guest for all tests. */
  function ask(context: TestContext): Promise<Answer> {
    answer ??= runInGuest<Answer>(context, 'two-nodes.mjs', '6.12');
    return answer;
  }

  it(
    'the nodes are as the firmware describes them',
    { timeout: GUEST_TEST_MS },
    async (context) => {
      const { nodes, errors } = await ask(context);
      expect(errors).toEqual([]);
      expect(nodes.map(({ id, cpus, distances }) => ({ id, cpus, distances }))).toEqual([
        { id: 0, cpus: [0], distances: { 0: 10, 1: 21 } },
        { id: 1, cpus: [1], distances: { 0: 21, 1: 10 } },
      ]);
      for (const { performance } of nodes) expect(performance[0]?.readLatencyNs).toBe(80);
    },
  );

  it('pages are where the kernel says, whichever way it is asked', async (context) => {
    const { cases } = await ask(context);
    expect(cases.firstTouch.books.region).toEqual({ 1: 19 * 256 });
    expect(cases.bound.books.region).toEqual({ 1: 7 * 256 });
    expect(cases.local.books.region).toEqual({ 0: 11 * 256 });
    for (const look of Object.values(cases)) expectExact(look);
  });

  it('memory away from the thread that uses it is reported, with the reason', async (context) => {
    const { cases } = await ask(context);
    expect(rules(cases.firstTouch)).toEqual(['move-pages', 'bind-memory', 'first-touch']);
    expect(rules(cases.bound)).toEqual(['move-pages', 'bind-memory']);
    expect(rules(cases.local)).toEqual([]);
    for (const { recommendations, books } of [cases.firstTouch, cases.bound]) {
      expect(recommendations[0]?.command).toBe(`migratepages ${books.pid} 1 0`);
    }
  });

  it('the command of the advice moves it, and then there is no more advice', async (context) => {
    const { cases } = await ask(context);
    for (const { followed, books } of [cases.firstTouch, cases.bound]) {
      expect(followed?.books.region).toEqual({ 0: books.touchedPages });
      expectExact(followed!);
      expect(rules(followed!)).toEqual([]);
    }
  });

  it('accesses are not counted without a PMU, and not made up', async (context) => {
    const { cases } = await ask(context);
    for (const { localAccesses, sources } of cases.firstTouch.stats) {
      expect(localAccesses).toBeUndefined();
      expect(sources['localAccesses']).toMatchObject({
        ok: false,
        reason: expect.stringContaining('PMU') as string,
      });
    }
  });
});
