import { describe, expect, it } from 'vitest';
import { bindMemory } from '../../../src/recommend/bind-memory.js';
import { firstTouch } from '../../../src/recommend/first-touch.js';
import { movePages } from '../../../src/recommend/move-pages.js';
import { moveThread } from '../../../src/recommend/move-thread.js';
import type { ProcessEvidence } from '../../../src/recommend/process-evidence.js';
import { recommend } from '../../../src/recommend/recommend.js';
import { evidenceOf, FAR_HEAP, NEAR_HEAP, threadOn } from '../../support/evidence.js';
import {
  ARM_WITH_CXL,
  INTEL_TWO_SOCKETS,
  SINGLE_NODE_VM,
  type FakeNode,
} from '../../support/fake-nodes.js';

const MIB_64 = 16_384 * 4096;

describe('move-pages', () => {
  it('moves memory to the node that the process runs on', () => {
    const [advice, ...others] = movePages(evidenceOf(FAR_HEAP));
    expect(others).toEqual([]);
    expect(advice).toMatchObject({ command: 'migratepages 4242 1 0', when: 'now' });
    expect(advice!.evidence).toContainEqual({
      what: 'memory that it works with on node 1',
      value: MIB_64,
      unit: 'bytes',
      source: '/proc/PID/numa_maps',
    });
    expect(advice!.expectedEffect).toContain('2 times');
  });

  it('speaks of latencies where both are known', () => {
    const [advice] = movePages(evidenceOf(FAR_HEAP, {}, ARM_WITH_CXL));
    expect(advice!.expectedEffect).toContain('90 ns instead of 250 ns');
  });

  it('is silent when memory is local, when little is elsewhere, and without a home', () => {
    expect(movePages(evidenceOf(NEAR_HEAP))).toEqual([]);
    const little = FAR_HEAP.replace('N1=16384', 'N0=15000 N1=1384');
    expect(movePages(evidenceOf(little))).toEqual([]);
    const threads = [threadOn(0), threadOn(1)];
    expect(movePages(evidenceOf(FAR_HEAP, { threads }))).toEqual([]);
  });

  it('is silent when the memory does not fit', () => {
    const full: FakeNode = { ...INTEL_TWO_SOCKETS[0]!, freeKb: 60_000 };
    expect(movePages(evidenceOf(FAR_HEAP, {}, [full, INTEL_TWO_SOCKETS[1]!]))).toEqual([]);
  });

  it('leaves files of disks where they are', () => {
    const library =
      '7f0000000000 default file=/usr/lib/big.so mapped=16384 N1=16384 kernelpagesize_kB=4\n';
    expect(movePages(evidenceOf(library))).toEqual([]);
    const shared = library.replace('/usr/lib/big.so', '/dev/shm/book');
    expect(movePages(evidenceOf(shared))).toHaveLength(1);
  });
});

describe('bind-memory', () => {
  it('starts the process on one node', () => {
    const [advice] = bindMemory(evidenceOf(FAR_HEAP));
    expect(advice).toMatchObject({
      when: 'at_start',
      command: 'numactl --cpunodebind=0 --membind=0 -- COMMAND',
    });
  });

  it('is silent when memory is local', () => {
    expect(bindMemory(evidenceOf(NEAR_HEAP))).toEqual([]);
  });
});

describe('move-thread', () => {
  const worker = threadOn(1, { tid: 4243, comm: 'worker', onCpuNs: 5e9 });
  const idle = threadOn(1, { tid: 4244, comm: 'idle', onCpuNs: 0 });

  it('moves threads to the memory that the others use', () => {
    const advice = moveThread(evidenceOf(NEAR_HEAP, { threads: [threadOn(0), worker, idle] }));
    expect(advice).toMatchObject([
      { tid: 4243, command: 'taskset -cp 0-3,8-11 4243', undo: 'taskset -cp 4-7 4243' },
    ]);
    expect(advice[0]!.evidence).toContainEqual(
      expect.objectContaining({ what: 'its CPU time', value: 5e9, unit: 'ns' }),
    );
  });

  it('keeps them off CPUs that are isolated or without tick, and is silent when no other is left', () => {
    const threads = [threadOn(0), worker];
    const [advice] = moveThread(evidenceOf(NEAR_HEAP, { threads, keptCpus: [1, 8, 9] }));
    expect(advice).toMatchObject({ command: 'taskset -cp 0,2-3,10-11 4243' });
    const keptCpus = [0, 1, 2, 3, 8, 9, 10, 11];
    expect(moveThread(evidenceOf(NEAR_HEAP, { threads, keptCpus }))).toEqual([]);
  });

  it('is silent when all threads are on one node: then it is the memory that is wrong', () => {
    expect(moveThread(evidenceOf(NEAR_HEAP, { threads: [worker] }))).toEqual([]);
  });

  it('is silent when memory is on both nodes', () => {
    const both = FAR_HEAP.replace('N1=16384', 'N0=8000 N1=8384');
    expect(moveThread(evidenceOf(both, { threads: [threadOn(0), worker] }))).toEqual([]);
  });

  it('is silent when the memory has no CPUs beside it', () => {
    const threads = [threadOn(0, { allowedNodes: [0, 1] }), threadOn(0, { nodeId: 1 })];
    expect(moveThread(evidenceOf(FAR_HEAP, { threads }, ARM_WITH_CXL))).toEqual([]);
  });
});

describe('first-touch', () => {
  const used = (counts: [number, number][]): NonNullable<ProcessEvidence['used']> => ({
    source: 'cpu-clock samples',
    mappings: [
      {
        mapping: evidenceOf(FAR_HEAP).placement.mappings[0]!,
        sampledPages: 10,
        samplesByCpuNode: new Map(counts),
      },
    ],
  });

  it('names the mapping that another node touched first', () => {
    const [advice, ...others] = firstTouch(evidenceOf(FAR_HEAP));
    expect(others).toEqual([]);
    expect(advice).toMatchObject({ when: 'in_code' });
    expect(advice!.summary).toContain('0x7f0000000000 was touched first on node 1');
  });

  it('goes by samples where there are any', () => {
    const threads = [threadOn(0), threadOn(1)];
    expect(firstTouch(evidenceOf(FAR_HEAP, { threads }))).toEqual([]);
    const [advice] = firstTouch(
      evidenceOf(FAR_HEAP, {
        threads,
        used: used([
          [0, 97],
          [1, 3],
        ]),
      }),
    );
    expect(advice!.evidence).toContainEqual({
      what: 'share of its 100 samples from CPUs of node 0',
      value: 0.97,
      unit: 'ratio',
      source: 'cpu-clock samples',
    });
    const local = used([
      [0, 3],
      [1, 97],
    ]);
    expect(firstTouch(evidenceOf(FAR_HEAP, { used: local }))).toEqual([]);
    expect(
      firstTouch(
        evidenceOf(FAR_HEAP, {
          used: used([
            [0, 50],
            [1, 50],
          ]),
        }),
      ),
    ).toEqual([]);
  });

  it('is silent when a policy put the memory there, or it is local', () => {
    const bound = FAR_HEAP.replace('default heap', 'bind:1 heap');
    expect(firstTouch(evidenceOf(bound))).toEqual([]);
    expect(firstTouch(evidenceOf(NEAR_HEAP))).toEqual([]);
  });
});

describe('all rules', () => {
  it('have nothing to say of a process on one node', () => {
    const host = evidenceOf(NEAR_HEAP, {}, SINGLE_NODE_VM);
    expect(recommend(host)).toEqual([]);
    expect(recommend(evidenceOf(NEAR_HEAP))).toEqual([]);
  });

  it('give each recommendation evidence with its source, and something to do', () => {
    const advice = recommend(evidenceOf(FAR_HEAP, { hintFaults: 3, balancingMode: '1' }));
    expect(advice.map(({ rule }) => rule)).toEqual([
      'move-pages',
      'numa-balancing',
      'bind-memory',
      'first-touch',
    ]);
    for (const { evidence, command, call, expectedEffect } of advice) {
      expect(evidence.length).toBeGreaterThan(0);
      for (const { source } of evidence) expect(source).not.toBe('');
      expect(command ?? call).toBeTruthy();
      expect(expectedEffect).not.toBe('');
    }
  });
});
