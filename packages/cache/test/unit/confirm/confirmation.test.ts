import { describe, expect, it } from 'vitest';
import { ConfirmationEvidence } from '../../../src/confirm/confirmation.js';
import { planWatches } from '../../../src/confirm/watch-plan.js';
import type { LineUse } from '../../../src/sharing/classify.js';

const LINE = 0x7f00_0000_0040;
const A = 11;
const B = 12;

function use(tid: number, offset: number): LineUse {
  return { tid, offset, size: 8, store: true, weight: 100 };
}

/** Each hit is of a thread, at bytes of the line, at a time. */
function evidence(uses: LineUse[], ...rounds: [tid: number, offset: number, timeNs: number][][]) {
  const planned = planWatches(LINE, uses);
  const found = new ConfirmationEvidence();
  for (const hits of rounds) {
    found.add(
      planned,
      hits.map(([tid, offset, timeNs]) => {
        const watch = planned.find((each) => each.tid === tid && each.offset === offset)!;
        return { tid, timeNs, ip: 0x1000, cpu: 0, place: watch.place };
      }),
    );
  }
  return found;
}

describe('the evidence of watchpoints', () => {
  const apart = [use(A, 0), use(B, 16)];

  it('proves false sharing when each thread was seen at its own bytes, twice', () => {
    const round: [number, number, number][] = [
      [A, 0, 100],
      [B, 16, 150],
    ];
    expect(evidence(apart, round).verdict()).toBeUndefined();
    expect(evidence(apart, round, round).verdict()).toBe('false');
  });

  it('proves nothing when threads were seen one after the other', () => {
    const found = evidence(apart, [[A, 0, 100]], [[B, 16, 200]], [[A, 0, 300]], [[B, 16, 400]]);
    expect(found.verdict()).toBeUndefined();
  });

  it('calls it true or mixed when a thread was seen at bytes of the other', () => {
    const both: [number, number, number][] = [
      [A, 0, 100],
      [A, 16, 110],
      [B, 16, 120],
      [B, 0, 130],
    ];
    expect(evidence(apart, both, both).verdict()).toBe('true');
    const one = both.slice(0, 3);
    expect(evidence(apart, one, one).verdict()).toBe('mixed');
  });

  it('tells hits per thread and bytes, and what a hit cost at most', () => {
    const hits: [number, number, number][] = [
      [A, 0, 1000],
      [B, 16, 5000],
      [A, 0, 11_000],
      [A, 0, 22_000],
    ];
    expect(evidence(apart, hits).result()).toEqual({
      rounds: 1,
      hits: 4,
      hitIntervalNs: 11_000,
      uses: [
        { tid: A, offset: 0, size: 8, access: 'writes', hits: 3 },
        { tid: A, offset: 16, size: 8, access: 'reads-and-writes', hits: 0 },
        { tid: B, offset: 16, size: 8, access: 'writes', hits: 1 },
        { tid: B, offset: 0, size: 8, access: 'reads-and-writes', hits: 0 },
      ],
    });
    expect(evidence(apart, [[A, 0, 1000]]).result()).not.toHaveProperty('hitIntervalNs');
  });
});
