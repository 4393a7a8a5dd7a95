import { readFileSync } from 'node:fs';
import { readIdleDriver, readIdleStates } from '@hftmon/perf-native';
import { allowedCpus, needs, skipUnless, spawnFutexwait } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { Monitor, during, partOf } from '../support/monitor.js';

const [waker = 0, cpu = 1] = allowedCpus();
const WAITS = 101;

/** How often the CPU was in states that take time to leave, by the kernel's own account. */
function timesAsleep(): number {
  const folder = `/sys/devices/system/cpu/cpu${cpu}/cpuidle`;
  return readIdleStates(cpu)
    .filter(({ exitLatencyUs }) => exitLatencyUs > 0)
    .map(({ index }) => Number(readFileSync(`${folder}/state${index}/usage`, 'utf8')))
    .reduce((sum, usage) => sum + usage, 0);
}

describe('c_state', () => {
  it('lies between the call that wakes the target and its return, on a CPU that idled', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    if (readIdleDriver() === undefined) context.skip('the kernel has no driver of idle states');
    await using target = await spawnFutexwait({
      cpu,
      holderCpu: waker,
      count: WAITS,
      holdUs: 3000,
    });
    using monitor = new Monitor([target.pid], { thresholdUs: 1 });
    const before = timesAsleep();
    const { tid, waits } = await target.go();
    const spikes = monitor.spikes({ tid });
    const asleep = timesAsleep() - before;

    let late = 0;
    for (const { startNs, endNs, releasedNs } of waits) {
      for (const spike of during(spikes, { startNs, endNs })) {
        const part = partOf(spike, 'c_state');
        // One from before is of the wake-up to come to the lock, too.
        if (part === undefined || spike.monotonicNs < startNs) continue;
        late++;
        expect(part.ns).toBeLessThanOrEqual(endNs - releasedNs);
        expect(part.details.states).toHaveLength(1);
        const [state] = part.details.states;
        const known = readIdleStates(cpu).find(({ index }) => index === state!.state);
        expect(state).toMatchObject({ cpu, count: 1, name: known!.name });
        expect(state!.idleNs).toBeLessThanOrEqual(endNs - startNs);
        expect(state!.exitLatencyUs).toBeGreaterThan(0);
      }
    }
    expect(late).toBeLessThanOrEqual(Math.min(WAITS, asleep));
    if (asleep < WAITS) context.skip('others kept the CPU busy');
    expect(late).toBeGreaterThan(0);
  });
});
