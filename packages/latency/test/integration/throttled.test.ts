import { allowedCpus, needs, skipUnless, spawnThrottled } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  Monitor,
  checkMost,
  during,
  overlapNs,
  partOf,
  partsOf,
  timeOf,
} from '../support/monitor.js';

const [, secondCpu = 1] = allowedCpus();

describe('throttled', () => {
  it('has the cgroup and its quota, as often and as long as the kernel counts', async (context) => {
    skipUnless(context, needs.bpf, needs.cgroup('cpu'));
    await using target = await spawnThrottled({ cpu: secondCpu, count: 13 });
    using monitor = new Monitor([target.pid]);
    const { tid, cgroup, quotaUs, periodUs, gaps, throttledNs } = await target.go();
    const spikes = monitor.spikes({ tid });
    const parts = partsOf(spikes, 'throttled');

    const limits = parts.flatMap(({ details }) => details.limits);
    for (const limit of limits) {
      expect(limit).toMatchObject({ type: 'quota', cgroup, quotaUs, periodUs });
    }
    expect(limits.reduce((sum, { count }) => sum + count, 0)).toBe(gaps.length);
    // The clocks of the run queue are as old as the switch, at both ends.
    const told = parts.reduce((sum, { ns }) => sum + ns, 0);
    expect(Math.abs(told - throttledNs)).toBeLessThan(gaps.length * 100e3);
    // One shorter than the target looks for is put down to the next gap that it sees.
    checkMost(gaps, (gap) => {
      const spike = during(spikes, gap).find((candidate) => partOf(candidate, 'throttled'));
      expect(spike, 'a gap without a spike').toBeDefined();
      const { startNs, endNs } = gap;
      expect(partOf(spike!, 'throttled')!.ns).toBeLessThanOrEqual(endNs - startNs);
      expect(spike!.durationNs - overlapNs(timeOf(spike!), gap)).toBeLessThan(1e6);
    });
  });
});
