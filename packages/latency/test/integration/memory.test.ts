import {
  allowedCpus,
  needs,
  skipUnless,
  spawnCompact,
  spawnFaults,
  spawnReclaim,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { Monitor, during, partOf, partsOf } from '../support/monitor.js';

const [firstCpu = 0] = allowedCpus();

describe('reclaim', () => {
  it('has the pages that the thread freed for its cgroup', async (context) => {
    skipUnless(context, needs.bpf, needs.cgroup('memory'));
    await using target = await spawnReclaim({ cpu: firstCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 0.1 });
    const { tid, pagesRead, pagesAllowed } = await target.go();
    const parts = partsOf(monitor.spikes({ tid }), 'reclaim');

    const by = parts.flatMap(({ details }) => details.by);
    expect(by.length).toBeGreaterThan(0);
    for (const { reason } of by) expect(reason).toBe('cgroup');
    const told = by.reduce((sum, { pages }) => sum + pages, 0);
    // What came beyond the limit had to go; more than came can't.
    expect(told).toBeLessThanOrEqual(pagesRead);
    expect(told).toBeGreaterThanOrEqual(pagesRead - pagesAllowed);
  });
});

describe('compaction', () => {
  it('is told for each time that a thread does it', async (context) => {
    skipUnless(context, needs.bpf, needs.root, needs.file('/proc/sys/vm/compact_memory'));
    await using target = await spawnCompact({ cpu: firstCpu, count: 3 });
    using monitor = new Monitor([target.pid], { thresholdUs: 1 });
    const { tid, writes } = await target.go();
    const spikes = monitor.spikes({ tid });

    for (const write of writes) {
      const parts = partsOf(during(spikes, write), 'compaction');
      expect(parts.length).toBeGreaterThan(0);
      expect(parts.every(({ details }) => details.order === undefined)).toBe(true);
      const told = parts.reduce((sum, { ns }) => sum + ns, 0);
      expect(told).toBeLessThanOrEqual(write.endNs - write.startNs);
    }
  });
});

describe('thp', () => {
  it('is what a page fault is called that brought a huge page', async (context) => {
    skipUnless(context, needs.bpf, needs.file('/sys/kernel/mm/transparent_hugepage/enabled'));
    await using target = await spawnFaults({ huge: true, pages: 11, gapUs: 500, cpu: firstCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 20 });
    const { tid, touches, hugeBytes, pageBytes, address } = await target.go();
    if (hugeBytes < touches.length * pageBytes) context.skip('the kernel had no huge pages');
    const spikes = monitor.spikes({ tid });

    touches.forEach((touch, i) => {
      const spike = during(spikes, touch).find((candidate) => partOf(candidate, 'thp'));
      expect(spike, 'a huge page without a spike').toBeDefined();
      const { details, ns } = partOf(spike!, 'thp')!;
      expect(details.pages).toBe(1);
      expect(details.faults[0]!.address).toBe(
        `0x${(BigInt(address) + BigInt(i * pageBytes)).toString(16)}`,
      );
      expect(ns).toBeLessThanOrEqual(touch.endNs - touch.startNs);
      expect(partOf(spike!, 'page_fault')).toBeUndefined();
    });
  });

  it('is not claimed for small pages', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnFaults({ pages: 1009, cpu: firstCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 0.1 });
    const { tid } = await target.go();
    const spikes = monitor.spikes({ tid });
    expect(partsOf(spikes, 'thp')).toEqual([]);
    expect(partsOf(spikes, 'page_fault').length).toBeGreaterThan(0);
  });
});
