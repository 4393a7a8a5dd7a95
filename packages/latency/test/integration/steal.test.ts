import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowedCpus, needs, skipUnless, spawnSpinner, type Interval } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import type { LatencySpike } from '../../src/index.js';
import { Monitor, overlapNs, partOf, partsOf, timeOf } from '../support/monitor.js';

const [, cpu = 1] = allowedCpus();
const TICK_NS = 10e6;

/** What the hypervisor took from the CPU, by the kernel's account, ns; its grain is 10 ms. */
function stolenNs(): number {
  const line = new RegExp(`^cpu${cpu} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))![1]!;
  return Number(line.split(' ')[7]) * TICK_NS;
}

/** Where the stolen time of a spike can have been. */
function windowOf(spike: LatencySpike, windowNs: number): Interval {
  const { startNs, endNs } = timeOf(spike);
  return { startNs: startNs - windowNs, endNs };
}

describe('steal', () => {
  it('is time that the target has seen missing, and no more than the kernel counts', async (context) => {
    skipUnless(context, needs.bpf);
    await using target = await spawnSpinner({ cpu, gapUs: 3, maxGaps: 1 << 20 });
    using monitor = new Monitor([target.pid], { thresholdUs: 10 });
    const before = stolenNs();
    target.begin();
    await target.running();
    for (let i = 0; i < 50 && partsOf(monitor.spikes(), 'steal').length < 11; i++) await sleep(300);
    const { tid, gaps } = await target.stop();
    const spikes = monitor.spikes({ tid });
    const stolen = stolenNs() - before;

    const told = partsOf(spikes, 'steal').reduce((sum, { ns }) => sum + ns, 0);
    if (told === 0) context.skip('the hypervisor, if there is one, took nothing');
    expect(told).toBeLessThan(stolen + TICK_NS);
    for (const spike of spikes) {
      const part = partOf(spike, 'steal');
      if (part === undefined) continue;
      const window = windowOf(spike, part.details.windowNs);
      const seen = gaps.reduce((sum, gap) => sum + overlapNs(gap, window), 0);
      expect(seen).toBeGreaterThanOrEqual(part.ns * 0.95);
    }
  });
});
