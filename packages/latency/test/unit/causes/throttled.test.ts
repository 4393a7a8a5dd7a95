import { SwitchFlag, ThrottleType } from '@hftmon/core';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offCpu, ran, softirq, throttle } from '../../support/records.js';
import { Stage, detailsOf, partsOf } from '../../support/stage.js';

const flags = SwitchFlag.Throttled;

describe('throttled', () => {
  it('is all the time until the limit lets the thread run, whoever ran meanwhile', () => {
    using stage = new Stage();
    stage.deliver(
      softirq(3, { from: 20_000, to: 21_000, tid: 31, waiting: true }),
      ran(31, 10_007, 50_000),
      ran(37, 50_000, 90_013),
      throttle({ from: 10_007, to: 70_013, quotaNs: 5e6, periodNs: 50e6 }),
      offCpu({ from: 10_007, to: 95_013, next: 31, previous: 41, flags }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ throttled: 60_006, run_queue_wait: 25_000 });
    expect(spike.causeClass).toBe('context_switch');
    const limit = { type: 'quota', quotaUs: 5000, periodUs: 50_000, ns: 60_006, count: 1 };
    expect(detailsOf(spike, 'throttled')).toEqual({ limits: [limit] });
    expect(detailsOf(spike, 'run_queue_wait')).toMatchObject({
      by: [
        { tid: 37, ns: 20_000 },
        { tid: 41, ns: 5000 },
      ],
    });
  });

  it('ends when the idle CPU is asked to run the thread', () => {
    using stage = new Stage();
    stage.deliver(
      throttle({ from: 10_000, to: 90_000 }),
      offCpu({ from: 10_000, to: 95_000, flags }),
    );
    const spike = stage.spike();
    expect(partsOf(spike)).toEqual({ throttled: 80_000, late_wakeup: 5000 });
    expect(detailsOf(spike, 'late_wakeup')).toMatchObject({ wokenNs: 90_000, ranNs: 95_000 });
  });

  it.each([
    [ThrottleType.Realtime, 'realtime'],
    [ThrottleType.Deadline, 'deadline'],
  ])('tells limits apart (%i: %s)', (type, name) => {
    using stage = new Stage();
    stage.deliver(
      throttle({ from: 10_000, to: 95_000, type }),
      offCpu({ from: 10_000, to: 95_000, next: 31, previous: 31, flags }),
    );
    const limits = [{ type: name, ns: 85_000, count: 1 }];
    expect(detailsOf(stage.spike(), 'throttled')).toEqual({ limits });
  });

  it('names the cgroup by its id in the hierarchy of the CPU controller', () => {
    using stage = new Stage();
    const { procRoot, sysRoot: root } = stage.roots;
    const mount = join(root, 'cpu');
    const group = join(mount, 'trading', 'feed');
    mkdirSync(group, { recursive: true });
    mkdirSync(join(procRoot, 'self'), { recursive: true });
    writeFileSync(
      join(procRoot, 'self/mountinfo'),
      `31 23 0:27 / ${root}/unified rw - cgroup2 cgroup2 rw\n` +
        `32 23 0:28 / ${mount} rw - cgroup cgroup rw,cpu,cpuacct\n`,
    );
    const cgroup = statSync(group).ino;
    stage.deliver(
      throttle({ from: 10_000, to: 95_000, cgroup }),
      offCpu({ from: 10_000, to: 95_000, next: 31, previous: 31, flags }),
    );
    expect(detailsOf(stage.spike(), 'throttled')).toMatchObject({
      limits: [{ cgroup: '/trading/feed' }],
    });
  });

  it('is not claimed where the kernel does not tell how long it took', () => {
    using stage = new Stage();
    stage.deliver(
      throttle({ from: 10_000, to: 10_000 }),
      offCpu({ from: 10_000, to: 95_000, next: 31, previous: 31, flags }),
    );
    expect(partsOf(stage.spike())).toEqual({ run_queue_wait: 85_000 });
  });
});
