import { allowedCpus, needs, skipUnless, spawnMmaplock } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { Monitor, checkMost, during, partOf } from '../support/monitor.js';

const [firstCpu = 0] = allowedCpus();
const WAITS = 23;
/** Shorter than any call in which a thread leaves its CPU and comes back. */
const THRESHOLD_US = 2;

describe('lock_wait for a lock of the kernel', () => {
  it('has its address and type, who held it, and how long the thread span', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using target = await spawnMmaplock({ cpu: firstCpu, count: WAITS });
    using monitor = new Monitor([target.pid], { thresholdUs: THRESHOLD_US });
    const { tid, holderTid, waits, rounds } = await target.go();
    const spikes = monitor.spikes({ tid });
    if (waits.length === 0) context.skip(`the target span for the lock in all ${rounds} rounds`);
    // Whoever reads the mappings of the process holds the lock too, without a name.
    checkMost(waits, (wait) => {
      const spike = during(spikes, wait).find((candidate) => partOf(candidate, 'lock_wait'));
      expect(spike, 'a wait without a spike').toBeDefined();
      const { details, ns } = partOf(spike!, 'lock_wait')!;
      expect(details).toMatchObject({
        kernelLock: { type: 'rwsem', access: 'write', mmapLock: true },
        heldBy: { tid: holderTid, comm: 'mmaplock' },
        count: 1,
      });
      expect(details.kernelLock!.address).toMatch(/^0xffff[0-9a-f]{12}$/);
      expect(details.kernelLock!.spinningNs).toBeLessThanOrEqual(ns);
      expect(ns).toBeLessThanOrEqual(wait.endNs - wait.startNs);
      expect(ns).toBeGreaterThan(0);
    });
  });
});
