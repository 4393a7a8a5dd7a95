import { SwitchFlag } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { idleExit, move, offCpu, ran, throttle, vector } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

const WAKER = 61;

/** Idle states of CPU 0 and 3 as sysfs has them. */
function withStates(stage: Stage): Stage {
  for (const cpu of [0, 3]) {
    for (const [state, name, latency] of [
      ['state0', 'POLL', 0],
      ['state2', 'C6', 133],
    ] as const) {
      const folder = `sys/devices/system/cpu/cpu${cpu}/cpuidle/${state}`;
      stage.roots.write(`${folder}/name`, `${name}\n`).write(`${folder}/latency`, `${latency}\n`);
    }
  }
  return stage;
}

const woken = { from: 0, to: 1_080_000, woken: 1_000_000, previous: 0, waker: WAKER };

describe('c_state', () => {
  it('is the part of a late wake-up in which the CPU was leaving its idle state', () => {
    using stage = withStates(new Stage());
    stage.deliver(
      idleExit({ from: 1_004_000, to: 1_064_000, state: 2, before: 3_000_000 }),
      vector({ from: 1_064_000, to: 1_067_000, tid: 0, waiting: true }),
      offCpu(woken),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ c_state: 60_000, late_wakeup: 17_000, timer_tick: 3000 });
    expect(spike).toMatchObject({ cause: 'c_state', causeClass: 'hardware' });
    expect(spike.details).toEqual({
      states: [
        {
          cpu: 0,
          state: 2,
          name: 'C6',
          exitLatencyUs: 133,
          ns: 60_000,
          count: 1,
          idleNs: 3_000_000,
        },
      ],
    });
  });

  it('counts from the wake-up where the CPU was on its way out already', () => {
    using stage = withStates(new Stage());
    stage.deliver(idleExit({ from: 990_000, to: 1_060_000, state: 2 }), offCpu(woken));
    expect(partsOf(stage.spike())).toEqual({ c_state: 60_000, late_wakeup: 20_000 });
  });

  it('counts each exit of the stalls that were merged', () => {
    using stage = withStates(new Stage());
    const lock = { syscall: 202, futexOperation: 0 };
    stage.deliver(
      idleExit({ from: 1_000_000, to: 1_060_000, state: 2, before: 5 }),
      offCpu({ ...woken, ...lock }),
      idleExit({ from: 1_086_000, to: 1_186_000, state: 2, before: 7 }),
      offCpu({ from: 1_082_000, to: 1_190_000, woken: 1_085_000, waker: WAKER, ...lock }),
    );
    expect(detailsOf(stage.spike(), 'c_state')).toMatchObject({
      states: [{ state: 2, ns: 160_000, count: 2, idleNs: 7 }],
    });
  });

  it('says what is known where sysfs does not describe the state', () => {
    using stage = new Stage();
    stage.deliver(idleExit({ from: 1_000_000, to: 1_060_000, state: 4 }), offCpu(woken));
    expect(detailsOf(stage.spike(), 'c_state')).toEqual({
      states: [{ cpu: 0, state: 4, ns: 60_000, count: 1, idleNs: 0 }],
    });
  });

  it('is not claimed for a state that takes no time to leave', () => {
    using stage = withStates(new Stage());
    stage.deliver(idleExit({ from: 1_000_000, to: 1_060_000, state: 0 }), offCpu(woken));
    expect(partsOf(stage.spike())).toEqual({ late_wakeup: 80_000 });
  });

  it('is not claimed for the CPU that the waker did not choose', () => {
    using stage = withStates(new Stage());
    stage.deliver(
      idleExit({ from: 1_001_000, to: 1_020_000, state: 2 }),
      move(1_030_000, 0, 3, WAKER),
      // Asked before, by somebody else: until the move the thread did not wait for this CPU.
      { ...idleExit({ from: 1_021_000, to: 1_071_000, state: 2 }), cpu: 3 },
      offCpu({ ...woken, cpu: 3, cpuFrom: 0 }),
    );
    expect(detailsOf(stage.spike(), 'c_state')).toMatchObject({
      states: [{ cpu: 3, ns: 41_000, count: 1 }],
    });
  });

  it('is not why a thread that was preempted or throttled does not run', () => {
    using stage = withStates(new Stage());
    stage.deliver(
      idleExit({ from: 10_000, to: 60_000, state: 2 }),
      offCpu({ from: 0, to: 90_000 }),
    );
    expect(partsOf(stage.spike())).toEqual({ unexplained: 90_000 });
    using other = withStates(new Stage());
    other.deliver(
      throttle({ from: 0, to: 70_000 }),
      idleExit({ from: 60_000, to: 85_000, state: 2 }),
      offCpu({ from: 0, to: 90_000, flags: SwitchFlag.Throttled }),
    );
    expect(partsOf(other.spike())).toEqual({ throttled: 70_000, late_wakeup: 20_000 });
  });

  it('comes before who ran there, of whom the record is later than the exit', () => {
    using stage = withStates(new Stage());
    stage.deliver(
      idleExit({ from: 1_000_000, to: 1_030_000, state: 2 }),
      ran(0, 1_000_000, 1_040_000),
      offCpu({ ...woken, previous: 37 }),
    );
    expect(partsOf(stage.spike())).toEqual({
      c_state: 30_000,
      late_wakeup: 10_000,
      run_queue_wait: 40_000,
    });
  });
});
