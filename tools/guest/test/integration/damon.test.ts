import { describe, expect, it } from 'vitest';
import { GUEST_TEST_MS, runInGuest } from '../support/guest.js';

interface DamonState {
  readonly count: number;
  readonly states: readonly string[];
  readonly claimed: boolean;
}

interface Answer {
  readonly hot: { readonly address: string; readonly bytes: number };
  readonly whileWatched: DamonState;
  readonly afterKill: DamonState;
  readonly afterTakeover: DamonState;
  readonly hotSpots: readonly {
    readonly address: string;
    readonly bytes: number;
    readonly source: string;
    readonly weight: number;
  }[];
  readonly afterClose: DamonState;
}

const ON: DamonState = { count: 1, states: ['on'], claimed: true };
const GONE: DamonState = { count: 0, states: [], claimed: false };
/** DAMON splits and merges regions all the time; their edges are some pages off. */
const SLACK_BYTES = 512 * 1024;

describe('DAMON, with consent', () => {
  it(
    'finds the hot memory, and is gone afterwards also when a monitor was killed',
    async (context) => {
      const answer = await runInGuest<Answer>(context, 'damon.mjs', '6.12');
      const { hot, hotSpots, whileWatched, afterKill, afterTakeover, afterClose } = answer;
      expect({ whileWatched, afterKill, afterTakeover, afterClose }).toEqual({
        whileWatched: ON,
        afterKill: ON,
        afterTakeover: ON,
        afterClose: GONE,
      });
      const hottest = hotSpots.reduce((most, spot) => (spot.weight > most.weight ? spot : most));
      expect(hottest.source).toBe('damon');
      const start = Number(hottest.address);
      const end = start + hottest.bytes;
      expect(start).toBeGreaterThanOrEqual(Number(hot.address) - SLACK_BYTES);
      expect(end).toBeLessThanOrEqual(Number(hot.address) + hot.bytes + SLACK_BYTES);
    },
    GUEST_TEST_MS,
  );
});
