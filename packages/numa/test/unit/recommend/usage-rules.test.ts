import { describe, expect, it } from 'vitest';
import { hugePages } from '../../../src/recommend/huge-pages.js';
import { interleave } from '../../../src/recommend/interleave.js';
import { numaBalancing } from '../../../src/recommend/numa-balancing.js';
import type { ProcessEvidence } from '../../../src/recommend/process-evidence.js';
import { evidenceOf, FAR_HEAP, threadOn } from '../../support/evidence.js';
import { AMD_NPS2 } from '../../support/fake-nodes.js';

function used(
  sampledPages: number,
  counts: [number, number][],
): NonNullable<ProcessEvidence['used']> {
  const [mapping] = evidenceOf(FAR_HEAP).placement.mappings;
  const samplesByCpuNode = new Map(counts);
  return { source: 'samples', mappings: [{ mapping: mapping!, sampledPages, samplesByCpuNode }] };
}

describe('interleave', () => {
  const bandwidth = (zero: number, one: number): NonNullable<ProcessEvidence['bandwidth']> => ({
    source: 'uncore',
    mbPerSecByNode: new Map([
      [0, zero],
      [1, one],
    ]),
  });
  const both = used(10, [
    [0, 60],
    [1, 40],
  ]);

  it('spreads a mapping that both nodes use over a busy and an idle memory', () => {
    const advice = interleave(
      evidenceOf(FAR_HEAP, { used: both, bandwidth: bandwidth(10_000, 120_000) }),
    );
    expect(advice).toMatchObject([{ command: 'numactl --interleave=1,0 -- COMMAND' }]);
    expect(advice[0]!.evidence).toContainEqual(expect.objectContaining({ value: 0.75 }));
  });

  it('is silent when the memory is not busy, or the other one is busy as well', () => {
    for (const traffic of [bandwidth(10_000, 90_000), bandwidth(80_000, 120_000)]) {
      expect(interleave(evidenceOf(FAR_HEAP, { used: both, bandwidth: traffic }))).toEqual([]);
    }
  });

  it('is silent when one node uses it, and without samples, traffic or a rated bandwidth', () => {
    const busy = bandwidth(10_000, 120_000);
    const one = used(10, [
      [0, 95],
      [1, 5],
    ]);
    expect(interleave(evidenceOf(FAR_HEAP, { used: one, bandwidth: busy }))).toEqual([]);
    expect(interleave(evidenceOf(FAR_HEAP, { bandwidth: busy }))).toEqual([]);
    expect(interleave(evidenceOf(FAR_HEAP, { used: both }))).toEqual([]);
    const unrated = evidenceOf(FAR_HEAP, { used: both, bandwidth: busy }, AMD_NPS2);
    expect(interleave(unrated)).toEqual([]);
  });
});

describe('huge-pages', () => {
  const small = { anonymousHugeBytes: 0, mode: 'madvise' };

  it('is for mappings of which many small pages are in use', () => {
    const [advice] = hugePages(
      evidenceOf(FAR_HEAP, { used: used(513, [[0, 1]]), hugePages: small }),
    );
    expect(advice!.call).toContain('madvise(0x7f0000000000');
    expect(advice!.evidence[0]).toMatchObject({ value: 513 });
    const never = { ...small, mode: 'never' };
    const [other] = hugePages(
      evidenceOf(FAR_HEAP, { used: used(513, [[0, 1]]), hugePages: never }),
    );
    expect(other!.call).toContain('MAP_HUGETLB');
  });

  it('is silent when few pages are in use, huge ones are, or it is not known', () => {
    const many = used(513, [[0, 1]]);
    const few = evidenceOf(FAR_HEAP, { used: used(511, [[0, 1]]), hugePages: small });
    expect(hugePages(few)).toEqual([]);
    const huge = { ...small, anonymousHugeBytes: 2 ** 21 };
    expect(hugePages(evidenceOf(FAR_HEAP, { used: many, hugePages: huge }))).toEqual([]);
    expect(hugePages(evidenceOf(FAR_HEAP, { used: many }))).toEqual([]);
    expect(hugePages(evidenceOf(FAR_HEAP, { hugePages: small }))).toEqual([]);
  });
});

describe('numa-balancing', () => {
  it('is switched off when it stopped threads of the process', () => {
    const faults = { pagesMigrated: 11, total: 1009, byNode: new Map() };
    const facts = { hintFaults: 1009, threads: [threadOn(0, { faults })] };
    const [advice] = numaBalancing(evidenceOf(FAR_HEAP, { ...facts, balancingMode: '2' }));
    expect(advice).toMatchObject({
      command: 'sysctl kernel.numa_balancing=0',
      undo: 'sysctl kernel.numa_balancing=2',
    });
    expect(advice!.evidence.map(({ value }) => value)).toEqual([1009, 11, '2']);
    expect(numaBalancing(evidenceOf(FAR_HEAP, { ...facts, balancingMode: '0' }))).toEqual([]);
    expect(numaBalancing(evidenceOf(FAR_HEAP, facts))).toEqual([]);
  });

  it('is left alone when it did not, and when nobody counts', () => {
    expect(numaBalancing(evidenceOf(FAR_HEAP, { hintFaults: 0, balancingMode: '1' }))).toEqual([]);
    expect(numaBalancing(evidenceOf(FAR_HEAP, { balancingMode: '1' }))).toEqual([]);
  });
});
