import { allowedCpus, needs, skipUnless, spawnMmaplock } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { Monitor, checkMost, during, partOf } from '../support/monitor.js';

const [firstCpu = 0] = allowedCpus();

/** A call that began so long before the lock was let go, and ended after that, waited for it, ns. */
const SURE_NS = 300e3;
/** From letting go of the lock to the end of the call that held it, ns. */
const AFTER_NS = 50e3;

describe('lock_wait for a lock of the kernel', () => {
  it('has its address and type, who held it, and how long the thread span', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    await using target = await spawnMmaplock({ cpu: firstCpu, count: 23 });
    using monitor = new Monitor([target.pid], { thresholdUs: 20 });
    const { tid, holderTid, maps, holds } = await target.go();
    const spikes = monitor.spikes({ tid });

    const waits = maps.filter(
      ({ startNs, endNs }, i) =>
        startNs < holds[i]!.endNs - SURE_NS && endNs > holds[i]!.endNs - AFTER_NS,
    );
    if (waits.length === 0) context.skip('no call of mmap came while the lock was held');
    // One that was off its CPU at the beginning of its call may have come when all was over.
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
