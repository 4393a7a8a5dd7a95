import {
  allowedCpus,
  needs,
  skipUnless,
  spawnFaults,
  spawnMajorFaults,
  spawnNetload,
  spawnSpinner,
  spawnTlbshoot,
} from '@hftmon/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Monitor, checkMost, during, partOf, partsOf, toldNs } from '../support/monitor.js';

const [firstCpu = 0, secondCpu = 1] = allowedCpus();

describe('ipi', () => {
  it('names the sender of a TLB shootdown, within the call that sent it', async (context) => {
    skipUnless(context, needs.bpf, needs.cpus(2));
    const count = 211;
    let told = 0;
    let named = 0;
    // A target that is off its CPU, as it may be on a busy host for most of a run, needs no flush.
    for (let run = 0; run < 5 && told < count / 10; run++) {
      told = named = 0;
      await using target = await spawnTlbshoot({ cpu: secondCpu, otherCpu: firstCpu, count });
      using monitor = new Monitor([target.pid], { thresholdUs: 0.3 });
      const { calls, tid, senderTid } = await target.go();
      // Off its CPU, the target meets the flushes of others.
      const spikes = monitor.spikes({ tid }).filter(({ cause }) => cause === 'ipi');
      for (const call of calls) {
        const parts = partsOf(during(spikes, call), 'ipi');
        const part = parts.find(({ details }) => details.tlbFlushes > 0);
        if (part === undefined) continue;
        told++;
        const sender = part.details.senders.find((candidate) => candidate.tid === senderTid);
        if (sender === undefined) continue;
        named++;
        expect(sender).toMatchObject({ comm: 'tlbshoot', cpu: firstCpu });
        expect(sender.callSiteName).toMatch(/^(?!0x)./);
      }
    }
    // Nor does a host that can broadcast it.
    if (told < count / 10) context.skip(`${told} of ${count} calls needed a flush`);
    expect(named).toBeGreaterThan(told * 0.9);
  });
});

describe('softirq', () => {
  it('names the vector of loopback packets', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnNetload({ cpu: secondCpu, count: 503 });
    using monitor = new Monitor([target.pid], { thresholdUs: 0.3 });
    const { sends, late, tid } = await target.go();
    const spikes = monitor.spikes({ tid });
    // The others were left to ksoftirqd.
    const atOnce = sends.filter((_, i) => !late.includes(i));
    expect(atOnce.length).toBeGreaterThan(0);
    let told = 0;
    for (const send of atOnce) {
      const parts = partsOf(during(spikes, send), 'softirq');
      if (parts.some(({ details }) => details.vectors.some(({ name }) => name === 'NET_RX')))
        told++;
    }
    expect(told).toBeGreaterThan(atOnce.length * 0.9);
  });
});

describe('timer_tick', () => {
  it('is what a spinning thread meets', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnSpinner({ cpu: secondCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 0.5 });
    target.begin();
    await target.running();
    await sleep(500);
    const report = await target.stop();
    const ticks = partsOf(monitor.spikes({ tid: report.tid }), 'timer_tick');
    if (ticks.length === 0) context.skip('no tick in half a second');
    for (const { ns, details } of ticks) {
      expect(details.count).toBeGreaterThan(0);
      expect(ns).toBeGreaterThan(0);
    }
  });
});

describe('page_fault', () => {
  it('has the address, the mapping and the time of huge pages', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnFaults({ huge: true, pages: 7, gapUs: 300, cpu: secondCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 30 });
    const report = await target.go();
    if (report.hugeBytes < report.pages * report.pageBytes) context.skip('no huge pages to be had');
    const spikes = monitor.spikes({ tid: report.tid });
    checkMost(report.touches, (touch, i) => {
      const spike = during(spikes, touch).find((candidate) => partOf(candidate, 'thp'));
      expect(spike, 'a fault without a spike').toBeDefined();
      const { details, ns } = partOf(spike!, 'thp')!;
      const first = BigInt(report.address) + BigInt(i * report.pageBytes);
      const fault = details.faults.find(({ address }) => {
        const offset = BigInt(address) - first;
        return offset >= 0n && offset < BigInt(report.pageBytes);
      });
      expect(fault, 'the address of the page').toBeDefined();
      expect(fault).toMatchObject({ type: 'minor', mapping: '[anonymous]' });
      expect(ns).toBeLessThanOrEqual(touch.endNs - touch.startNs);
      expect(toldNs(spikes, touch)).toBeGreaterThan((touch.endNs - touch.startNs) * 0.9 - 20e3);
    });
  });

  it('has the wait for the disk of major ones', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnMajorFaults({ pages: 13, cpu: secondCpu });
    using monitor = new Monitor([target.pid], { thresholdUs: 20 });
    const report = await target.go();
    if (report.unsupported !== undefined) context.skip(report.unsupported);
    const spikes = monitor.spikes({ tid: report.tid });
    checkMost(report.touches, (touch) => {
      const parts = partsOf(during(spikes, touch), 'page_fault');
      const major = parts.find(({ details }) => details.major > 0);
      expect(major, 'a fault without a spike').toBeDefined();
      expect(major!.details.faults[0]!.mapping).toMatch(/^\//);
    });
  });
});
