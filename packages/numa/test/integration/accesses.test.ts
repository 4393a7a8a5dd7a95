import { describe, expect, it } from 'vitest';
import {
  needs,
  readSwitches,
  readTaskStat,
  skipUnless,
  spawnFaults,
  spawnPingpong,
  spawnTouch,
  touchPlace,
} from '@hftmon/testkit';
import { AccessCounter } from '../../src/accesses/access-counter.js';
import { present, unsupported } from '../../src/support/absent.js';
import { Monitor } from '../support/monitor.js';

const SOFTWARE = 1;
const PAGE_FAULTS_MINOR = 5;
const CONTEXT_SWITCHES = 3;

const SOFTWARE_EVENTS = present('hardware', 'software events');
const mayCount = needs.capability('CAP_PERFMON', 'CAP_SYS_ADMIN');

/**
 * No PMU is needed to see that what two events count is summed up by thread and node: minor faults
 * stand for local accesses, context switches for remote ones.
 */
function softwareCounter(
  nodeOfThread: (pid: number, tid: number) => number | undefined,
  kinds = 2,
  groups = 1,
) {
  const events = [CONTEXT_SWITCHES, PAGE_FAULTS_MINOR].slice(0, kinds).map((config) => ({
    type: SOFTWARE,
    config,
    config1: 0,
  }));
  return new AccessCounter({
    events: {
      groups: Array.from({ length: groups }, () => ({ pmu: 'software', events })),
      excludeKernel: false,
      localSupport: kinds === 2 ? SOFTWARE_EVENTS : unsupported('not counted', 'none'),
      remoteSupport: SOFTWARE_EVENTS,
    },
    epochNs: process.hrtime.bigint(),
    procRoot: '/proc',
    nodeOfThread,
  });
}

/** Minor faults and context switches of all threads of a process, from /proc. */
function books(pid: number): { local: number; remote: number } {
  const sum = { local: 0, remote: 0 };
  for (const [tid, { voluntary, involuntary }] of readSwitches(pid)) {
    sum.local += readTaskStat(pid, tid).minorFaults;
    sum.remote += voluntary + involuntary;
  }
  return sum;
}

const target = (pid: number) => ({ pid, comm: 'x', startTimeTicks: 0, attachedNs: 0 });

describe('accesses counted by thread', () => {
  it('are those of all threads of a target, exactly, on the node that they ran on', async (context) => {
    skipUnless(context, mayCount);
    await using faults = await spawnFaults({ pages: 1009 });
    await using pingpong = await spawnPingpong({ hops: 211, cpu: 0 });
    const counter = softwareCounter((pid) => (pid === faults.pid ? 1 : 0));
    try {
      counter.attach(target(faults.pid));
      counter.attach(target(pingpong.pid));
      const before = [books(faults.pid), books(pingpong.pid)];
      await Promise.all([faults.go(), pingpong.go()]);
      counter.flush();
      const after = [books(faults.pid), books(pingpong.pid)];
      const [one, two] = after.map(({ local, remote }, i) => ({
        local: local - before[i]!.local,
        remote: remote - before[i]!.remote,
      }));
      expect(one!.local).toBeGreaterThanOrEqual(1009);
      expect(two!.remote).toBeGreaterThanOrEqual(211);
      expect(counter.from(1)).toEqual(one);
      expect(counter.from(0)).toEqual(two);
      expect(counter.from(2)).toEqual({ local: 0, remote: 0 });
    } finally {
      counter.close();
    }
  });

  it('are remote ones alone where the cores count no others', async (context) => {
    skipUnless(context, mayCount);
    await using pingpong = await spawnPingpong({ hops: 101, cpu: 0 });
    const counter = softwareCounter(() => 0, 1);
    try {
      counter.attach(target(pingpong.pid));
      const before = books(pingpong.pid);
      await pingpong.go();
      counter.flush();
      const remote = books(pingpong.pid).remote - before.remote;
      expect(counter.from(0)).toEqual({ local: undefined, remote });
      expect(counter.supportOf('localSupport').ok).toBe(false);
      expect(counter.supportOf('remoteSupport').ok).toBe(true);
    } finally {
      counter.close();
    }
  });

  it('are the sum of the groups of a thread, one per kind of core, also once it has ended', async (context) => {
    skipUnless(context, mayCount);
    await using pingpong = await spawnPingpong({ hops: 101, cpu: 0 });
    const counter = softwareCounter(() => 0, 2, 2);
    try {
      counter.attach(target(pingpong.pid));
      const before = books(pingpong.pid);
      await pingpong.go();
      counter.flush();
      const after = books(pingpong.pid);
      const twice = {
        local: 2 * (after.local - before.local),
        remote: 2 * (after.remote - before.remote),
      };
      expect(counter.from(0)).toEqual(twice);
      counter.detach(target(pingpong.pid));
      expect(counter.from(0)).toEqual(twice);
    } finally {
      counter.close();
    }
  });

  it('say what was left out because no node was known', async (context) => {
    skipUnless(context, mayCount);
    await using faults = await spawnFaults({ pages: 101 });
    const counter = softwareCounter(() => undefined);
    try {
      counter.attach(target(faults.pid));
      await faults.go();
      counter.flush();
      expect(counter.from(0)).toEqual({ local: 0, remote: 0 });
      expect(counter.supportOf('localSupport')).toMatchObject({
        degraded: expect.stringMatching(/whose node was/),
      });
    } finally {
      counter.close();
    }
  });
});

describe('sampled addresses on this host', () => {
  it('are joined with the nodes of their pages, and named', async (context) => {
    skipUnless(context, needs.file('/proc/self/numa_maps'));
    await using touch = await spawnTouch({ mib: 4, touchedMib: 2, cpu: 0 });
    const { address, hotAddress } = touchPlace(touch);
    using monitor = new Monitor([touch.pid], { placementIntervalMs: 1, placementShare: 1 });
    const { collector, session } = monitor;
    const hot = Number(hotAddress);
    const untouched = Number(address) + 3 * 2 ** 20;
    for (let i = 0; i < 13; i++) {
      collector.addSample('cpu_clock_samples', touch.pid, touch.tids[0]!, 0, hot + 64 * 5);
    }
    collector.addSample('cpu_clock_samples', touch.pid, touch.tids[0]!, 0, untouched);
    collector.sample(session.clock.nowNs(), session.source.writer);
    const node = collector.host!.nodeOf(0)!;
    const query = { includeHeatmap: true, resolution: 'cache_line' } as const;
    const stats = collector.snapshot(query).find(({ nodeId }) => nodeId === node)!;
    expect(stats.accessEstimate).toMatchObject({ local: 13, remote: 0, unknown: 1, localRatio: 1 });
    expect(stats.hotSpots).toMatchObject([
      {
        address: `0x${(hot + 64 * 5).toString(16)}`,
        bytes: 64,
        weight: 13,
        mapping: { kind: 'anonymous' },
        threads: [{ tid: touch.tids[0], comm: 'touch', weight: 13 }],
      },
    ]);
    expect(stats.heatmap).toMatchObject({ grain: 'cache_line', weightWithoutNode: 1 });
    expect(stats.sources.hotSpots).toMatchObject({ degraded: expect.stringMatching(/estimate/) });
    expect(collector.metrics()).toMatchObject({ sampled_local_ratio: 1 });
  });
});

describe('the collector on this host', () => {
  it('says for every metric where it is from, or why there is none, as the probe did', () => {
    using monitor = new Monitor([process.pid]);
    const { collector, session } = monitor;
    const whole = collector.probe(session.source.environment);
    const probed = collector.probeMetrics(session.source.environment);
    const found = collector.metricSupport();
    const values = collector.metrics();
    for (const { name } of collector.meta.metrics) {
      const support = found.get(name)!;
      expect(support, name).toBeDefined();
      if (name in values) expect(support.ok, name).toBe(true);
      // What the probe says no to is not delivered.
      if (!(probed.get(name) ?? whole).ok) expect(values, name).not.toHaveProperty(name);
    }
    expect(values['resident_bytes']).toBeGreaterThan(2 ** 20);
  });
});
