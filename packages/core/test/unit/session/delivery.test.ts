import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDelivery, type Deliverable, type Delivery } from '../../../src/index.js';

let running: Delivery | undefined;
let pulls = 0;
afterEach(() => {
  running?.stop();
  vi.useRealTimers();
});

function run(delivery: Delivery, deliver: () => number = () => 0) {
  running = delivery;
  const counts = { polls: 0, idle: 0, housekeeping: 0 };
  pulls = 0;
  const deliverable: Deliverable = {
    pull: () => void pulls++,
    deliver: () => (counts.polls++, deliver()),
    idle: () => void counts.idle++,
    housekeep: () => void counts.housekeeping++,
  };
  delivery.start(deliverable);
  return counts;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(1);
}

describe('interval delivery', () => {
  it('delivers every period until it is stopped', () => {
    vi.useFakeTimers();
    const delivery = createDelivery();
    expect(delivery.mode).toBe('interval');
    const counts = run(delivery);
    vi.advanceTimersByTime(99);
    expect(counts).toEqual({ polls: 4, idle: 0, housekeeping: 4 });
    expect(pulls).toBe(0);
    delivery.stop();
    delivery.stop();
    vi.advanceTimersByTime(1000);
    expect(counts.polls).toBe(4);
  });

  it('has one timer, however often it is started', () => {
    vi.useFakeTimers();
    const delivery = createDelivery({ intervalMs: 10 });
    run(delivery);
    const counts = run(delivery);
    vi.advanceTimersByTime(100);
    expect(counts.polls).toBe(10);
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe('busy delivery', () => {
  it('polls without sleeping, and lets the event loop have its turns', async () => {
    const delivery = createDelivery({ mode: 'busy', sliceUs: 200 });
    expect(delivery.mode).toBe('busy');
    const counts = run(delivery);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    // Waits for the numbers instead of a time: on a loaded host they only take longer.
    await until(() => counts.polls > 10_000 && counts.housekeeping > 20 && turns > 10);
    clearInterval(timer);
    expect(counts.housekeeping).toBeLessThan(counts.polls / 10);
    delivery.stop();
    const { polls } = counts;
    expect(pulls).toBe(polls);
    await pause(10);
    expect(counts.polls).toBe(polls);
  });

  it('says so now and then while nothing comes, and only then', async () => {
    const delivery = createDelivery({ mode: 'busy', sliceUs: 200 });
    const idle = run(delivery);
    await until(() => idle.idle > 20);
    expect(idle.idle).toBeLessThan(idle.polls / 10);
    const busy = run(delivery, () => 1);
    await until(() => busy.polls > 10_000);
    expect(busy.idle).toBe(0);
  });

  it('is not idle while something comes now and then', async () => {
    let records = false;
    let polls = 0;
    const counts = run(createDelivery({ mode: 'busy', sliceUs: 200 }), () =>
      records ? ++polls % 2 : 0,
    );
    // By then it knows how many polls without a record are too long.
    await until(() => counts.idle > 20);
    const before = counts.idle;
    records = true;
    await until(() => polls > 100_000);
    expect(counts.idle).toBe(before);
  });

  it('stops within a slice when a listener says so', async () => {
    const delivery = createDelivery({ mode: 'busy' });
    const counts = run(delivery, () => {
      if (counts.polls === 5) delivery.stop();
      return 1;
    });
    await pause(20);
    expect(counts.polls).toBe(5);
  });

  it('ends a slice after many records', async () => {
    const delivery = createDelivery({ mode: 'busy', sliceUs: 1_000_000 });
    const counts = run(delivery, () => 10_000);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(counts.housekeeping).toBeGreaterThan(0);
    expect(counts.polls / counts.housekeeping).toBeLessThanOrEqual(3);
  });
});

describe('createDelivery', () => {
  it.each([{ intervalMs: 0 }, { intervalMs: NaN }, { sliceUs: 0 }, { mode: 'often' as 'busy' }])(
    'refuses %o',
    (options) => {
      expect(() => createDelivery(options)).toThrow(
        expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
      );
    },
  );
});
