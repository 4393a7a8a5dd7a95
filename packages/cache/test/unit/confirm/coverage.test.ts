import { describe, expect, it } from 'vitest';
import { ConfirmationEvidence } from '../../../src/confirm/confirmation.js';
import { planWatches } from '../../../src/confirm/watch-plan.js';
import type { LineUse } from '../../../src/sharing/classify.js';

const LINE = 0x7f00_0000_0040;

function use(tid: number, offset: number, store = true): LineUse {
  return { tid, offset, size: 8, store, weight: 100 };
}

describe('what was watched', () => {
  const uses = [use(11, 0), use(12, 16, false)];
  const evidence = new ConfirmationEvidence();
  evidence.add(planWatches(LINE, uses), []);

  it('covers the uses that were known', () => {
    expect(evidence.covers(planWatches(LINE, uses))).toBe(true);
  });

  it('does not cover bytes that were seen later, nor stores to what was only read', () => {
    expect(evidence.covers(planWatches(LINE, [...uses, use(11, 56)]))).toBe(false);
    expect(evidence.covers(planWatches(LINE, [use(11, 0), use(12, 16)]))).toBe(false);
  });
});
