import { describe, expect, it } from 'vitest';
import { planWatches } from '../../../src/confirm/watch-plan.js';
import type { LineUse } from '../../../src/sharing/classify.js';

const LINE = 0x7f00_0000_0040;

function use(tid: number, offset: number, values: Partial<LineUse> = {}): LineUse {
  return { tid, offset, size: 8, store: true, weight: 100, ...values };
}

function planned(...uses: LineUse[]): unknown[] {
  return planWatches(LINE, uses).map(({ tid, place }) => [
    tid,
    place.address - LINE,
    place.length,
    place.access,
  ]);
}

describe('the plan of watchpoints', () => {
  it('watches each thread at its own bytes and at those of the other', () => {
    expect(planned(use(11, 0), use(12, 16, { store: false }))).toEqual([
      [11, 0, 8, 'writes'],
      [11, 16, 8, 'reads-and-writes'],
      [12, 16, 8, 'reads-and-writes'],
      [12, 0, 8, 'reads-and-writes'],
    ]);
  });

  it('needs no second watchpoint where threads use the same bytes', () => {
    expect(planned(use(11, 0), use(12, 0))).toEqual([
      [11, 0, 8, 'writes'],
      [12, 0, 8, 'writes'],
    ]);
  });

  it('watches what debug registers can: 1, 2, 4 or 8 bytes, aligned', () => {
    const wide = use(11, 0, { size: 32 });
    const odd = use(11, 35, { size: 4, weight: 50 });
    const half = use(12, 44, { size: 4 });
    expect(planned(wide, odd, half).slice(0, 3)).toEqual([
      [11, 0, 8, 'writes'],
      [11, 35, 1, 'writes'],
      [11, 44, 4, 'reads-and-writes'],
    ]);
  });

  it('takes at most four registers of a thread, for the most used bytes', () => {
    const uses = Array.from({ length: 8 }, (_, i) => use(11 + (i % 2), 8 * i, { weight: i + 1 }));
    const plan = planWatches(LINE, uses);
    for (const tid of [11, 12]) expect(plan.filter((watch) => watch.tid === tid)).toHaveLength(4);
    const own = plan.filter(({ tid, offset }) => tid === 12 && offset % 16 === 8);
    expect(own.map(({ offset }) => offset)).toEqual([56, 40]);
  });

  it('takes at most eight threads, those with the most samples', () => {
    const uses = Array.from({ length: 12 }, (_, i) =>
      use(100 + i, 4 * i, { size: 4, weight: i + 1 }),
    );
    const tids = new Set(planWatches(LINE, uses).map(({ tid }) => tid));
    expect([...tids].sort()).toEqual([104, 105, 106, 107, 108, 109, 110, 111]);
  });
});
