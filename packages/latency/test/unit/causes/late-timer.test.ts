import { SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { fakeOrigins, span } from '../../support/spans.js';
import { EPOCH_NS, Stage, detailsOf, partsOf } from '../../support/stage.js';
import { lateTimer, offCpu, ran, syscall, vector } from '../../support/records.js';

const HOG = 31;

/** Woken by a timer 35 us late, on an idle CPU, and run 20 us later. */
const asleep = {
  from: 0,
  to: 1_055_000,
  woken: 1_035_000,
  previous: 0,
  flags: SwitchFlag.WokenByInterrupt,
};
const late = { from: 1_000_000, to: 1_035_000 };

function withIdleStates(stage: Stage): Stage {
  for (const [state, name, latency] of [
    ['state0', 'POLL', 0],
    ['state1', 'C1E', 10],
  ] as const) {
    const folder = `sys/devices/system/cpu/cpu0/cpuidle/${state}`;
    stage.roots.write(`${folder}/name`, `${name}\n`).write(`${folder}/latency`, `${latency}\n`);
  }
  return stage;
}

describe('a late timer', () => {
  it('begins the spike when it was due, not when it expired', () => {
    using stage = new Stage();
    stage.deliver(lateTimer({ ...late, slack: 50_000 }), offCpu(asleep));
    const spike = stage.spike();
    expect(spike).toMatchObject({
      timestampNs: 1_000_000,
      monotonicNs: 1_000_000 + Number(EPOCH_NS),
      durationNs: 55_000,
      cause: 'late_wakeup',
    });
    expect(partsOf(spike)).toEqual({ late_wakeup: 55_000 });
    expect(spike.details).toEqual({
      wokenByInterrupt: true,
      cpu: 0,
      count: 1,
      wokenNs: 1_035_000,
      ranNs: 1_055_000,
      timer: { dueNs: 1_000_000, lateNs: 35_000, slackNs: 50_000, cpu: 0, ns: 35_000 },
    });
  });

  it('leaves to the task that had the CPU what came after the wake-up', () => {
    using stage = new Stage();
    stage
      .task({ tid: HOG, comm: 'hog', policy: 'SCHED_FIFO', priority: 50 })
      .deliver(
        lateTimer(late),
        ran(HOG, 1_035_000, 2_000_000),
        offCpu({ ...asleep, to: 2_000_000, previous: HOG, cpuFrom: 3 }),
      );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ run_queue_wait: 965_000, late_wakeup: 35_000 });
    expect(detailsOf(spike, 'late_wakeup')).toEqual({
      wokenByInterrupt: true,
      cpu: 0,
      count: 1,
      wokenNs: 1_035_000,
      ranNs: 2_000_000,
      timer: { dueNs: 1_000_000, lateNs: 35_000, slackNs: 0, cpu: 0, ns: 35_000 },
    });
  });

  it('of another CPU does not say where the thread was', () => {
    using stage = new Stage();
    stage.deliver(lateTimer({ ...late, cpu: 5 }), offCpu({ ...asleep, cpuFrom: 3, cpu: 2 }));
    const spike = stage.spike();
    expect(spike.cpu).toBe(3);
    expect(detailsOf(spike, 'late_wakeup')).toMatchObject({ cpu: 2, timer: { cpu: 5 } });
  });

  it('gives the interrupts on its CPU their time, and counts the one that woke the thread once', () => {
    using stage = new Stage();
    stage.deliver(
      lateTimer(late),
      // Its handler served others first.
      vector({ from: 1_010_000, to: 1_040_000, tid: 0, waiting: true }),
      offCpu(asleep),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ timer_tick: 30_000, late_wakeup: 25_000 });
    expect(detailsOf(spike, 'timer_tick')).toMatchObject({ count: 1 });
    expect(detailsOf(spike, 'late_wakeup')).toMatchObject({
      timer: { lateNs: 35_000, ns: 10_000 },
    });
  });

  it('gives the hypervisor what it took from the CPU since that went idle', () => {
    using stage = withIdleStates(new Stage());
    stage.deliver(
      lateTimer({ ...late, state: 1, stolen: 21_000, idle: 400_000 }),
      vector({ from: 1_030_000, to: 1_036_000, tid: 0, waiting: true }),
      offCpu(asleep),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ steal: 21_000, timer_tick: 6000, late_wakeup: 28_000 });
    expect(detailsOf(spike, 'steal')).toEqual({ count: 1, windowNs: 400_000 });
    expect(detailsOf(spike, 'late_wakeup')).toMatchObject({
      timer: { idle: { state: 1, name: 'C1E', exitLatencyUs: 10 }, ns: 9000 },
    });
  });

  it('is not put down to the hypervisor where the CPU was polling: it may have lost that before', () => {
    using stage = withIdleStates(new Stage());
    stage.deliver(lateTimer({ ...late, state: 0, stolen: 21_000 }), offCpu(asleep));
    expect(partsOf(stage.spike())).toEqual({ late_wakeup: 55_000 });
  });

  it('does not join what came before the sleep that it ended', () => {
    using stage = new Stage({ mergeGapUs: 10 });
    stage.deliver(
      offCpu({ from: 0, to: 90_000, next: HOG, previous: HOG }),
      // Asleep for 3 us, to be woken within the merge gap.
      lateTimer({ from: 94_000, to: 134_000 }),
      offCpu({ ...asleep, from: 91_000, to: 154_000, woken: 134_000 }),
    );
    expect(stage.spikes().map(({ timestampNs, durationNs }) => [timestampNs, durationNs])).toEqual([
      [0, 90_000],
      [94_000, 60_000],
    ]);
  });

  it('is no part of the sleep in a system call', () => {
    using stage = new Stage();
    stage.deliver(
      lateTimer(late),
      offCpu({ ...asleep, from: 2000 }),
      syscall(230, { from: 0, to: 1_057_000, net: 4000 }),
    );
    expect(partsOf(stage.spikes().at(-1)!)).toEqual({ late_wakeup: 55_000, syscall: 2000 });
  });

  it('is told at once where spikes are, and again when the thread has run', () => {
    using stage = new Stage({ eager: true });
    stage.deliver(lateTimer({ from: 1_000_000, to: 1_060_000 }));
    stage.deliver(offCpu({ ...asleep, woken: 1_060_000, to: 1_080_000 }));
    const [first] = stage.heard;
    expect(first).toMatchObject({ timestampNs: 1_000_000, durationNs: 60_000 });
    expect(first!.details).not.toHaveProperty('ranNs');
    expect(partsOf(stage.spike())).toEqual({ late_wakeup: 80_000 });
    expect(stage.spike().supersedes).toEqual([first!.id]);
  });

  it('in a span is the latest of them, with the time of all', () => {
    using stage = new Stage();
    stage.source.spanOrigins = fakeOrigins;
    stage.collector.sample(0);
    const sleep = (from: number, lateNs: number) => [
      lateTimer({ from: from + 1000, to: from + 1000 + lateNs }),
      offCpu({ ...asleep, from, woken: from + 1000 + lateNs, to: from + 1000 + lateNs }),
    ];
    stage.deliver(
      ...sleep(10_000, 5000),
      ...sleep(20_000, 12_000),
      ...sleep(40_000, 7000),
      span({ from: 5000, to: 60_000 }),
    );
    const { receipt } = stage.collector.spans().slow[0]!;
    expect(receipt.parts).toContainEqual(
      expect.objectContaining({
        cause: 'late_wakeup',
        ns: 24_000,
        details: expect.objectContaining({
          count: 3,
          timer: { dueNs: 21_000, lateNs: 12_000, slackNs: 0, cpu: 0, ns: 24_000 },
        }),
      }),
    );
  });
});
