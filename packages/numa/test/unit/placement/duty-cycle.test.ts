import { describe, expect, it } from 'vitest';
import { DutyCycle } from '../../../src/placement/duty-cycle.js';

function cycle() {
  let now = 1000;
  const duty = new DutyCycle({ minIntervalMs: 1000, share: 0.01, nowMs: () => now });
  const work = (ms: number) => () => {
    now += ms;
    return ms;
  };
  return { duty, work, advance: (ms: number) => (now += ms) };
}

describe('a duty cycle', () => {
  it('is due at once, and then after the shortest interval', () => {
    const { duty, work, advance } = cycle();
    expect(duty.due).toBe(true);
    expect(duty.run(work(1))).toBe(1);
    expect(duty.due).toBe(false);
    advance(998);
    expect(duty.due).toBe(false);
    advance(1);
    expect(duty.due).toBe(true);
  });

  it('waits longer after long work, so that the share is kept', () => {
    const { duty, work, advance } = cycle();
    duty.run(work(50));
    advance(4949);
    expect(duty.due).toBe(false);
    advance(1);
    expect(duty.due).toBe(true);
    expect(duty.longestMs).toBe(50);
  });

  it('counts work that failed', () => {
    const { duty, advance } = cycle();
    const fail = () => {
      advance(20);
      throw new Error('no');
    };
    expect(() => duty.run(fail)).toThrow('no');
    advance(1979);
    expect(duty.due).toBe(false);
    advance(1);
    expect(duty.due).toBe(true);
  });
});
