import { describe, expect, it } from 'vitest';
import { GUEST_TEST_MS, runInGuest } from '../support/guest.js';

interface Counts {
  readonly voluntary: number;
  readonly involuntary: number;
}

interface Answer {
  readonly kernel: string;
  readonly support: Readonly<Record<string, { ok: boolean; tier: string }>>;
  readonly switches: readonly { comm: string; books: Counts; probes: Counts }[];
  readonly faults: { books: number; probes: number };
  readonly migrations: { books: number; probes: number };
  readonly collectors: readonly { name: string; state: string }[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly dropped: number;
  readonly errors: readonly string[];
  readonly clockSet: { sleeps: number; asleepNs: number; timers: number; mostNs: number };
}

const COLLECTORS = ['ctxsw', 'irq', 'sched', 'latency'];

/** What any guest does; each is counted by probes of its own. */
const NEVER_NONE = [
  'softirq_delay_count',
  'work_count',
  'work_delay_count',
  'tick_stop_count',
  'cpu_time_ns',
];

describe.each(['6.1', '6.12'])('on Linux %s', (series) => {
  /* The probes are built here once; another kernel has other structures, offsets and names. */
  it(
    'the probes load, and count what the books count',
    async (context) => {
      const answer = await runInGuest<Answer>(context, 'kernel-events.mjs', series);
      expect(answer.kernel).toMatch(new RegExp(`^${series.replace('.', String.raw`\.`)}\\.`));
      expect(answer.errors).toEqual([]);
      expect(answer.dropped).toBe(0);
      expect(answer.collectors).toEqual(COLLECTORS.map((name) => ({ name, state: 'closed' })));
      for (const name of COLLECTORS) {
        expect(answer.support[name]).toMatchObject({ ok: true, tier: 'kernel' });
      }
      expect(answer.switches.map(({ comm }) => comm)).toEqual([
        ...['pingpong', 'pingpong', 'pingpong'],
        ...['faults', 'migrator'],
      ]);
      for (const { probes, books } of answer.switches) expect(probes).toEqual(books);
      const hops = answer.switches.reduce(
        (sum, { books }) => sum + books.voluntary + books.involuntary,
        0,
      );
      expect(hops).toBeGreaterThan(2003);
      expect(answer.faults).toEqual({ books: 1009, probes: 1009 });
      expect(answer.migrations).toEqual({ books: 101, probes: 101 });
      const { sleeps, asleepNs, timers, mostNs } = answer.clockSet;
      expect(timers).toBeGreaterThan(sleeps / 2);
      // One second of sleep before the clock is set, and no timer was due in it.
      expect(mostNs).toBeLessThan(asleepNs / 2);
      expect(NEVER_NONE.filter((name) => !(answer.metrics[name]! > 0))).toEqual([]);
    },
    GUEST_TEST_MS,
  );
});
