import { describe, expect, it } from 'vitest';
import { writeFakeProcess } from '@hftmon/testkit';
import { PID, TID, offCpu, threadStart, vector } from '../support/records.js';
import { fakeOrigins, span } from '../support/spans.js';
import { Stage, partsOf } from '../support/stage.js';

const TARGET = { pid: PID, comm: 'target', startTimeTicks: 1, attachedNs: 0 };
const MS = 1e6;

function preempted(tid: number, atMs: number) {
  const from = atMs * MS;
  return offCpu({ tid, from, to: from + 60_000, next: 31, previous: 31 });
}

/** Makes the open runs end: another thread's time goes on. */
function passed(atMs: number) {
  return vector({ from: atMs * MS, to: atMs * MS + 1, tid: 999 });
}

describe.each([
  ['when its verdict is told', 'verdict', { eager: true }],
  ['when its spike is told', 'spike', { eager: true }],
  ['when its spike is told', 'spike', { eager: false }],
  ['when its threshold is to adapt soon', 'spike', { adaptive: { minStalls: 2, ceilingUs: 50 } }],
] as const)('a process that a listener has leave %s', (_when, event, options) => {
  /** The first spike has the process leave. */
  function leaving(): Stage {
    const stage = new Stage({ thresholdUs: 50, ...options });
    let told = 0;
    const leave = (): void => {
      if (++told === 1) stage.collector.leave(TARGET);
    };
    if (event === 'verdict') stage.collector.onVerdict(leave);
    else stage.collector.onSpike(leave);
    stage.deliver(threadStart(71, 0));
    // Known before the other one, but later to have a run.
    stage.deliver(offCpu({ tid: TID, from: 0, to: 2000, next: 31, previous: 31 }), passed(0.9));
    // Where it is eager, the runs are still open when they are looked at.
    stage.deliver(preempted(71, 1), preempted(TID, 1.1));
    stage.deliver(passed(20));
    return stage;
  }

  it('is told of to the end: what was found by then, of all its threads, once', () => {
    using stage = leaving();
    expect(stage.heard.map(({ tid, durationNs }) => [tid, durationNs]).sort()).toEqual([
      [TID, 60_000],
      [71, 60_000],
    ]);
    // Each from the records of its own thread.
    for (const spike of stage.heard) expect(partsOf(spike)).toEqual({ preemption: 60_000 });
    expect(stage.spikes()).toHaveLength(2);
  });

  it('is not told of again, whatever its records still show, not even by its detach', () => {
    using stage = leaving();
    stage.collector.setThreshold(TID, 10);
    stage.deliver(preempted(TID, 30), preempted(71, 30), passed(50));
    stage.deliver(threadStart(72, 51 * MS), preempted(72, 52), passed(70));
    stage.task({ tid: TID, comm: 'renamed', pid: PID });
    stage.deliver(preempted(TID, 80), passed(100));
    stage.collector.sample(200 * MS);
    stage.deliver(preempted(TID, 210));
    expect(stage.heard).toHaveLength(2);
    stage.collector.detach(TARGET);
    expect(stage.heard).toHaveLength(2);
    expect(stage.spikes()).toHaveLength(2);
  });

  it('is told of when it is attached again', () => {
    using stage = leaving();
    stage.collector.detach(TARGET);
    stage.collector.attach(TARGET);
    stage.deliver(preempted(TID, 300), passed(320));
    expect(stage.heard).toHaveLength(3);
  });
});

it('a process that leaves is told of at once, also of what is still open, and no other is', () => {
  using stage = new Stage({ thresholdUs: 50 });
  const other = { pid: 8, comm: 'other', startTimeTicks: 1, attachedNs: 0 };
  writeFakeProcess(stage.roots, { ...other, threads: [{ tid: 8 }] });
  stage.collector.attach(other);
  const heard = () => stage.heard.map(({ tid }) => tid);
  stage.deliver(preempted(TID, 1), preempted(8, 1));
  expect(heard()).toEqual([]);
  stage.collector.leave(TARGET);
  expect(heard()).toEqual([TID]);
  // It has no threshold any more.
  expect(stage.collector.thresholds().map(({ tid }) => tid)).toEqual([8]);
  stage.deliver(preempted(TID, 30), preempted(8, 30), passed(50));
  expect(heard()).toEqual([TID, 8, 8]);
});

it('a span over its budget of a process that has left is counted, but not told', () => {
  using stage = new Stage({ spanBudgetUs: { order: 50 } });
  stage.source.spanOrigins = fakeOrigins;
  stage.collector.sample(0);
  const heard: number[] = [];
  stage.collector.onSpan(({ id }) => {
    heard.push(id);
    stage.collector.leave(TARGET);
  });
  stage.deliver(span({ from: 0, to: 60_000, id: 1 }));
  stage.deliver(span({ from: MS, to: MS + 60_000, id: 2 }));
  expect(heard).toEqual([1]);
  expect(stage.collector.spans().spans).toMatchObject([{ name: 'order', count: 2 }]);
  stage.collector.detach(TARGET);
  stage.deliver(span({ from: 2 * MS, to: 2 * MS + 60_000, id: 3 }));
  expect(heard).toEqual([1, 3]);
});
