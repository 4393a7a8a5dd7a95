import {
  allowedCpus,
  needs,
  skipUnless,
  spawnFutexwait,
  spawnIowait,
  spawnLongsyscall,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  Monitor,
  checkMost,
  during,
  overlapNs,
  partOf,
  timeOf,
  toldNs,
} from '../support/monitor.js';

const [firstCpu = 0, secondCpu = 1] = allowedCpus();

describe('lock_wait', () => {
  it.each(['mutex', 'pi'] as const)(
    'has the address and the holder of a %s, and its length',
    async (via) => {
      await using target = await spawnFutexwait({ count: 23, holdUs: 1500, via });
      using monitor = new Monitor([target.pid]);
      const report = await target.go();
      const spikes = monitor.spikes({ tid: report.tid });

      checkMost(report.waits, (wait) => {
        const spike = during(spikes, wait).find((candidate) => partOf(candidate, 'lock_wait'));
        const part = spike && partOf(spike, 'lock_wait');
        expect(part, 'a wait without a spike').toBeDefined();
        expect(part!.details).toMatchObject({
          futexAddress: report.futexAddress,
          operation: via === 'pi' ? 'FUTEX_LOCK_PI' : 'FUTEX_WAIT',
          releasedBy: { tid: report.holderTid, comm: 'futexwait' },
        });
        // Blocked from within the lock call until after the release.
        expect(part!.ns).toBeLessThanOrEqual(wait.endNs - wait.startNs);
        expect(timeOf(spike!).endNs).toBeGreaterThan(wait.releasedNs);
        expect(overlapNs(timeOf(spike!), wait)).toBeGreaterThan(
          (wait.releasedNs - wait.startNs) * 0.9 - 100e3,
        );
      });
    },
  );
});

describe('io_wait', () => {
  it('has the system call and the file', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnIowait({ count: 29, gapUs: 200, cpu: secondCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 20 });
    const { operations, tid, syscall, usage } = await target.go();
    const spikes = monitor.spikes({ tid });
    let waited = 0;
    let named = 0;
    for (const operation of operations) {
      for (const spike of during(spikes, operation)) {
        const part = partOf(spike, 'io_wait');
        if (part === undefined) continue;
        waited++;
        if (part.details.syscall === undefined) {
          // The call is read at the return to the CPU, where that is traced, from 10 us off it on.
          if (spike.estimated === undefined) {
            expect(part.ns, JSON.stringify(spike)).toBeLessThan(part.details.count * 10e3);
          }
          continue;
        }
        named++;
        expect(part.details.syscall).toEqual({ number: syscall, name: 'fsync' });
        expect(part.details.fd).toBeGreaterThan(2);
        expect(part.details.file).toMatch(/^\//);
        expect(part.ns).toBeLessThanOrEqual(operation.endNs - operation.startNs);
      }
    }
    if (usage.voluntary < operations.length) context.skip('the device answers at once');
    expect(waited).toBeGreaterThan(operations.length * 0.8);
    expect(named).toBeGreaterThan(0);
  });
});

describe('syscall', () => {
  it('has the name, and the time of the call', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnLongsyscall({ count: 11, cpu: firstCpu });
    using monitor = new Monitor([target.pid]);
    const { calls, tid, syscall } = await target.go();
    const spikes = monitor.spikes({ tid });
    checkMost(calls, (call) => {
      const spike = during(spikes, call).find((candidate) => partOf(candidate, 'syscall'));
      expect(spike, 'a call without a spike').toBeDefined();
      const { details, ns } = partOf(spike!, 'syscall')!;
      expect(details.calls[0]).toMatchObject({ number: syscall, name: 'getrandom' });
      expect(ns).toBeLessThanOrEqual(call.endNs - call.startNs);
      // What the call itself saw, whatever else happened in it, is all in the receipt.
      expect(toldNs(spikes, call)).toBeGreaterThan((call.endNs - call.startNs) * 0.98 - 20e3);
    });
  });
});
