import { describe, expect, it } from 'vitest';
import type { LineUse } from '../../../src/sharing/classify.js';
import { paddingAdvice } from '../../../src/sharing/padding-advice.js';

const LOCATION = { kind: 'variable', name: 'book', symbol: 'book' } as const;

function use(tid: number, offset: number, size = 8): LineUse {
  return { tid, offset, size, store: true, weight: 1 };
}

describe('the advice', () => {
  it('gives each thread a line of its own', () => {
    const uses = [use(11, 0), use(11, 8), use(12, 24), use(11, 4, 4)];
    const advice = paddingAdvice('false', uses, LOCATION, 64);
    expect(advice.ranges).toEqual([
      { offset: 0, size: 16, tids: [11] },
      { offset: 24, size: 8, tids: [12] },
    ]);
    expect(advice.text).toBe(
      'give each thread a line of its own: in book, bytes 0-15 of thread 11; bytes 24-31 of thread 12; start each with alignas(64)',
    );
  });

  it('parts what is shared from what is only near', () => {
    const uses = [use(11, 0), use(12, 8, 1), use(11, 56), use(12, 56)];
    const advice = paddingAdvice('mixed', uses, LOCATION, 128);
    expect(advice.alignBytes).toBe(128);
    expect(advice.text).toBe(
      'in book, bytes 56-63 of threads 11, 12; move away from there what one thread alone uses, each part with alignas(128): bytes 0-7 of thread 11; byte 8 of thread 12',
    );
  });

  it('does not advise padding where data is shared in earnest', () => {
    const advice = paddingAdvice('true', [use(11, 0), use(12, 0)], LOCATION, 64);
    expect(advice.text).toContain('bytes 0-7 of threads 11, 12: padding does not help');
  });
});
