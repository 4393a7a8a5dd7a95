import { describe, expect, it } from 'vitest';
import type { LatencySpike, SpikeVerdict } from '../../src/index.js';
import { TID, offCpu, ran, syscall, vector } from '../support/records.js';
import { EPOCH_NS, Stage } from '../support/stage.js';

const eager = { thresholdUs: 50, eager: true };
const preempted = [ran(31, 0, 60_000), offCpu({ from: 0, to: 60_000, next: 31, previous: 31 })];

function verdictsOf(stage: Stage): SpikeVerdict[] {
  const verdicts: SpikeVerdict[] = [];
  stage.collector.onVerdict((verdict) => verdicts.push(verdict));
  return verdicts;
}

describe('a verdict', () => {
  it('is told with the record that makes it a spike, and says whose and how long', () => {
    using stage = new Stage(eager);
    const verdicts = verdictsOf(stage);
    stage.deliver(...preempted);
    expect(verdicts).toMatchObject([
      {
        id: 1,
        tid: TID,
        pid: 5,
        timestampNs: 0,
        monotonicNs: Number(EPOCH_NS),
        durationNs: 60_000,
        durationUs: 60,
        supersedes: [],
        cause: 'preemption',
        causeClass: 'context_switch',
      },
    ]);
    expect(verdicts[0]!.spike).toBe(stage.heard[0]);
    expect(verdicts[0]!.spike).toBe(stage.spike());
  });

  it('comes before the receipt is written, which nothing later can change', () => {
    using stage = new Stage(eager);
    const names: string[] = [];
    // What a receipt says of the task that ran: looked up when it is written.
    stage.collector.onVerdict(() => names.push('verdict'));
    const lookup = stage.source.tasks.lookup.bind(stage.source.tasks);
    stage.source.tasks.lookup = (...asked) => (names.push('receipt'), lookup(...asked));
    stage.collector.onSpike(() => names.push('spike'));
    stage.deliver(...preempted);
    expect(names[0]).toBe('verdict');
    expect(names[1]).toBe('receipt');
    expect(names.at(-1)).toBe('spike');
    expect(names.filter((name) => name === 'verdict')).toHaveLength(1);
    const told = structuredClone(stage.heard[0]!.receipt);
    for (let i = 1; i < 5000; i++) stage.deliver(vector({ from: i * 1e6, to: i * 1e6 + 1000 }));
    expect(stage.spike().receipt).toEqual(told);
    expect(stage.heard[0]!.receipt).toEqual(told);
  });

  it('is of each step of a spike that goes on, and names what it replaces', () => {
    using stage = new Stage(eager);
    const verdicts = verdictsOf(stage);
    stage.deliver(...preempted);
    stage.deliver(vector({ from: 62_000, to: 90_000 }));
    stage.deliver(syscall(0, { from: 0, to: 200_000, net: 110_000 }));
    expect(verdicts.map(({ id, durationNs, supersedes }) => [id, durationNs, supersedes])).toEqual([
      [1, 60_000, []],
      [2, 90_000, [1]],
      [3, 200_000, [2]],
    ]);
    expect(stage.heard.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(stage.spike().id).toBe(3);
  });

  it('is told once and before its spike without eager too', () => {
    using stage = new Stage({ thresholdUs: 50 });
    const order: string[] = [];
    stage.collector.onVerdict(({ id }) => order.push(`verdict ${id}`));
    stage.collector.onSpike(({ id }) => order.push(`spike ${id}`));
    stage.deliver(...preempted);
    expect(order).toEqual([]);
    stage.deliver(vector({ from: 1e6, to: 1e6 + 60_000 }));
    stage.spikes();
    expect(order).toEqual(['verdict 1', 'spike 1', 'verdict 2', 'spike 2']);
  });

  it.each([true, false])(
    'finds itself in a snapshot that its listener asks for (eager: %s)',
    (on) => {
      using stage = new Stage({ thresholdUs: 50, eager: on });
      const found: LatencySpike[][] = [];
      stage.collector.onVerdict(({ id }) => {
        const all = stage.collector.snapshot();
        found.push(all.filter((spike) => spike.id === id));
      });
      stage.deliver(...preempted, offCpu({ from: 0, to: 70_000, next: 31, previous: 31, tid: 5 }));
      expect(stage.spikes()).toHaveLength(2);
      expect(found).toHaveLength(2);
      for (const spikes of found) expect(spikes).toHaveLength(1);
      expect(stage.heard.map(({ id }) => id).sort()).toEqual([1, 2]);
    },
  );

  it('survives a listener that throws', () => {
    using stage = new Stage(eager);
    stage.collector.onVerdict(() => {
      throw new Error('no');
    });
    stage.deliver(...preempted);
    expect(stage.heard).toHaveLength(1);
  });
});
