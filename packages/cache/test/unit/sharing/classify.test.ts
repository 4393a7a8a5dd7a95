import { describe, expect, it } from 'vitest';
import { classifySharing, type LineUse } from '../../../src/sharing/classify.js';

const A = 11;
const B = 12;

function uses(
  ...list: (readonly [tid: number, offset: number, store: boolean, weight?: number])[]
) {
  return list.map(([tid, offset, store, weight = 100]): LineUse => {
    return { tid, offset, size: 8, store, weight };
  });
}

describe('the kind of sharing', () => {
  it('is false where threads use bytes of their own', () => {
    expect(classifySharing(uses([A, 0, true], [B, 16, true]))).toBe('false');
    expect(classifySharing(uses([A, 0, true], [B, 16, false]))).toBe('false');
    expect(classifySharing(uses([A, 0, true], [A, 8, false], [B, 16, false]))).toBe('false');
  });

  it('is true where they use the same bytes', () => {
    expect(classifySharing(uses([A, 0, true], [B, 0, true]))).toBe('true');
    expect(classifySharing(uses([A, 0, true], [B, 0, false]))).toBe('true');
  });

  it('is true of words that overlap in part', () => {
    const whole = uses([A, 0, true]);
    expect(
      classifySharing([...whole, { tid: B, offset: 4, size: 4, store: false, weight: 9 }]),
    ).toBe('true');
  });

  it('is true behind a lock, where every thread uses all of it', () => {
    const all = [0, 8, 16];
    const both = [A, B].flatMap((tid) => uses(...all.map((at) => [tid, at, true] as const)));
    expect(classifySharing(both)).toBe('true');
  });

  it('is mixed where something is shared and something is only near', () => {
    const common = uses([A, 56, true, 10], [B, 56, true, 10]);
    expect(classifySharing([...common, ...uses([A, 0, true, 90], [B, 16, true, 90])])).toBe(
      'mixed',
    );
  });

  it('is true when what is only near is hardly used', () => {
    const common = uses([A, 56, true, 95], [B, 56, true, 95]);
    expect(classifySharing([...common, ...uses([A, 0, true, 5])])).toBe('true');
  });

  it('is none of readers, of one thread, or of nobody', () => {
    expect(classifySharing(uses([A, 0, false], [B, 16, false]))).toBeUndefined();
    expect(classifySharing(uses([A, 0, true], [A, 16, true]))).toBeUndefined();
    expect(classifySharing([])).toBeUndefined();
  });

  it('does not rest on uses that are rare', () => {
    const stray = uses([A, 0, false], [A, 8, true, 1], [B, 16, false]);
    expect(classifySharing(stray)).toBeUndefined();
  });
});
