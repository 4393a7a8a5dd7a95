import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import {
  cpuAt,
  durationAt,
  gapInvoluntarySwitches,
  kindAt,
  RECORD_WORDS,
  RecordKind,
  tidAt,
  timestampAt,
} from '@hftmon/core';
import {
  allowedCpus,
  listStayingThreads,
  needs,
  skipUnless,
  spawnHog,
  spawnSpinner,
  type Interval,
} from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { NoiseProbe, type NoiseProbeOptions } from '../../../src/index.js';

const [, cpu = 1] = allowedCpus();

interface SeenGap extends Interval {
  readonly involuntary: number;
}

/** A probe, and the gaps that it has written so far. */
class Probe implements Disposable {
  readonly probe: NoiseProbe;
  readonly gaps: SeenGap[] = [];

  constructor(options: Partial<NoiseProbeOptions> = {}) {
    this.probe = new NoiseProbe({ cpu, durationMs: 20_000, epochNs: 0n, ...options });
    this.probe.start();
  }

  read(): readonly SeenGap[] {
    const { probe } = this;
    for (let batch = probe.pollGaps(); batch.count > 0; batch = probe.pollGaps()) {
      const { u32, f64, count } = batch;
      for (let base = 0; base < count * RECORD_WORDS; base += RECORD_WORDS) {
        expect(kindAt(u32, base)).toBe(RecordKind.Gap);
        expect(cpuAt(u32, base)).toBe(cpu);
        expect(tidAt(u32, base)).toBe(this.probe.stats().tid);
        const startNs = timestampAt(f64, base);
        const involuntary = gapInvoluntarySwitches(u32, base);
        this.gaps.push({ startNs, endNs: startNs + durationAt(f64, base), involuntary });
      }
    }
    return this.gaps;
  }

  /** Waits until it polls the clock. */
  async running(): Promise<void> {
    while (this.probe.stats().samples === 0) await sleep(1);
  }

  [Symbol.dispose](): void {
    this.probe.close();
  }
}

describe('the noise probe', () => {
  it.each([
    ['periodic', 1000],
    ['periodic at 100 kHz', 10_000],
    ['continuous', 0],
  ])('accounts for every slot, and ends by itself: %s', async (_mode, intervalNs) => {
    using it = new Probe({ durationMs: 300, intervalNs });
    while (!it.probe.ended) await sleep(5);
    const gaps = it.read();
    const stats = it.probe.stats();
    const histogram = it.probe.histogram();
    expect(stats.end).toBe('done');
    expect(stats.durationNs).toBeGreaterThanOrEqual(300e6 * 0.9999);
    expect(histogram.count).toBe(stats.samples);
    expect(gaps.length + it.probe.refusedGaps).toBe(stats.gaps);
    expect(gaps.reduce((sum, gap) => sum + gap.endNs - gap.startNs, 0)).toBe(stats.gapNs);
    if (intervalNs === 0) {
      expect(stats.samples).toBe(stats.readings);
      // All the time between two readings is in the histogram, but for what it was blind.
      expect(histogram.sum + stats.blindNs).toBeLessThanOrEqual(stats.durationNs);
    } else {
      // Within the ppm by which the counter was measured.
      const due = stats.durationNs / intervalNs;
      expect(Math.abs(stats.samples + stats.missed + stats.rested - due)).toBeLessThan(due / 1000);
      expect(stats.onTime).toBeLessThanOrEqual(stats.samples);
    }
  });

  it('finds every burst of a real-time task on its CPU, when it was', async (context) => {
    skipUnless(context, needs.realtime);
    await using hog = await spawnHog({ cpu, policy: 'fifo', burstUs: 700, count: 13 });
    using it = new Probe();
    await it.running();
    const { bursts } = await hog.go();
    it.probe.stop();
    expect(it.probe.stats().end).toBe('stopped');
    const gaps = it.read();
    for (const burst of bursts) {
      const around = gaps.filter(
        ({ startNs, endNs }) => startNs <= burst.startNs && endNs >= burst.endNs,
      );
      expect(around, `a burst of ${burst.endNs - burst.startNs} ns`).toHaveLength(1);
      expect(around[0]!.involuntary).toBeGreaterThanOrEqual(1);
    }
    for (const [i, gap] of gaps.entries()) {
      expect(gap.endNs - gap.startNs).toBeGreaterThanOrEqual(it.probe.thresholdNs);
      if (i > 0) expect(gap.startNs).toBeGreaterThanOrEqual(gaps[i - 1]!.endNs);
    }
  });

  it('counts the gaps that it had no room to keep', async () => {
    using it = new Probe({ durationMs: 200, thresholdNs: 100, gapRecords: 4, intervalNs: 0 });
    while (!it.probe.ended) await sleep(5);
    const { gaps } = it.probe.stats();
    expect(gaps).toBeGreaterThan(4);
    expect(it.read()).toHaveLength(4);
    expect(it.probe.refusedGaps).toBe(gaps - 4);
  });

  it('is bound to its CPU, under its name, and gone when it is stopped', async () => {
    const threads = () => listStayingThreads(process.pid).length;
    const before = threads();
    using it = new Probe();
    await it.running();
    const { tid } = it.probe.stats();
    const status = readFileSync(`/proc/self/task/${tid}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Cpus_allowed_list:\\s${cpu}$`, 'm'));
    expect(status).toMatch(/^Name:\shftmon-noise$/m);
    expect(threads()).toBe(before + 2);
    it.probe.stop();
    expect(threads()).toBe(before);
    it.probe.stop();
    expect(() => it.probe.start()).toThrow(/cannot start/);
  });

  it('rests at a real-time priority, which is accounted for', async (context) => {
    skipUnless(context, needs.realtime);
    using it = new Probe({ durationMs: 500, realtimePriority: 1, force: true });
    while (!it.probe.ended) await sleep(5);
    const stats = it.probe.stats();
    // A tenth of the time, in 5 ms at a time.
    expect(stats.restedNs).toBeGreaterThanOrEqual(9 * 5e6);
    expect(stats.rested).toBeGreaterThanOrEqual(9 * 4900);
    expect(stats.end).toBe('done');
  });

  it('allocates nothing here, neither while it runs nor when its gaps are taken', async () => {
    using it = new Probe({ thresholdNs: 100, intervalNs: 0 });
    await it.running();
    const { probe } = it;
    const take = (rounds: number) => {
      let gaps = 0;
      for (let i = 0; i < rounds && !probe.ended; i++) gaps += probe.pollGaps().count;
      return gaps;
    };
    take(100_000);
    const heap = () => getHeapStatistics().used_heap_size;
    let least = Infinity;
    let gaps = 0;
    for (let run = 0; run < 5; run++) {
      const before = heap();
      gaps += take(50_000);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      gaps += take(50_000);
      const grown = heap() - before;
      // A collection may come in between, from what was there before.
      if (grown >= 0) least = Math.min(least, grown);
    }
    expect(gaps).toBeGreaterThan(0);
    // A tenth of a byte per look.
    expect(least).toBeLessThan(10_000);
  });

  it('leaves a CPU alone that a thread of a target is pinned to', async () => {
    await using target = await spawnSpinner({ cpu });
    target.begin();
    await target.running();
    const options = { cpu, durationMs: 1000, epochNs: 0n, pids: [target.pid] };
    expect(() => new NoiseProbe(options)).toThrowError(
      expect.objectContaining({ code: 'HFTMON_E_CPU_NEEDED' }),
    );
    new NoiseProbe({ ...options, force: true }).close();
  });

  it.each([
    ['cpu', { cpu: 1.5 }],
    ['durationMs', { durationMs: 3_600_001 }],
    ['durationMs', { durationMs: NaN }],
    ['intervalNs', { intervalNs: 999 }],
    ['thresholdNs', { thresholdNs: 0 }],
  ])('refuses a wrong %s', (option, wrong) => {
    const options = { cpu, durationMs: 1000, epochNs: 0n, ...wrong };
    expect(() => new NoiseProbe(options)).toThrowError(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID', option }),
    );
  });
});
