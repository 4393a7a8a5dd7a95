import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  allowedCpus,
  listThreads,
  needs,
  skipUnless,
  spawnChurn,
  spawnSharing,
  spawnSleeper,
  spawnTouch,
  spawnWalk,
  touchPlace,
  walkPlace,
} from '@hftmon/testkit';
import {
  AddressSampler,
  X86_REGISTER,
  cpuClockEvent,
  createProbeEnvironment,
  probeAddressSampling,
  type SamplerOptions,
} from '../../../src/index.js';
import { holdingsOf, NOTHING_HELD } from '../../support/leftovers.js';
import { cpuNsOf, readSamples, textOf } from '../../support/sampling.js';

const support = probeAddressSampling(createProbeEnvironment());
const clock = support['cpu-clock'];
const PERIOD_NS = 250_000;
/** A few hundred samples come from a twentieth of it on the CPU: others may have the rest. */
const LONG_MS = 2000;

beforeEach((context) => skipUnless(context, () => (clock.ok ? undefined : clock.reason)));

beforeAll(() => {
  // What is set up once and stays: the library, and the threads of the runtime's own pool.
  if (clock.ok) makeSampler().close();
});

function makeSampler(options: Partial<SamplerOptions> = {}): AddressSampler {
  return new AddressSampler({ events: [cpuClockEvent(PERIOD_NS)], ...options });
}

/**
 * Is that a likely number of samples? One per period of CPU time outside the kernel. The clock
 * goes on while a hypervisor has the CPU, and a thread that comes back gets the rest of its
 * period, so the time that went by bounds it rather than the CPU time.
 */
function expectLikely(samples: number, cpuNs: number, wallNs: number): void {
  expect(samples).toBeGreaterThan((0.5 * cpuNs) / PERIOD_NS);
  expect(samples).toBeLessThan((1.1 * wallNs) / PERIOD_NS + 5);
}

describe('samples by the CPU clock', () => {
  it('are of the followed threads, in their code, in order, and all accounted for', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnSharing({ threads: 4, durationMs: 600 });
    const followed = target.tids.slice(0, 3);
    const text = textOf(target.pid);
    using sampler = makeSampler();
    for (const tid of followed) expect(sampler.follow(tid)).toBeUndefined();
    const before = followed.map((tid) => cpuNsOf(target.pid, tid));
    const report = await target.go();
    const cpuNs = followed.map((tid, i) => cpuNsOf(target.pid, tid) - before[i]!);
    for (const tid of followed) sampler.unfollow(tid);
    const samples = readSamples(sampler);
    const stats = sampler.stats();
    expect(new Set(samples.map(({ tid }) => tid))).toEqual(new Set(followed));
    for (const [i, tid] of followed.entries()) {
      const own = samples.filter((sample) => sample.tid === tid);
      const { cpu, startNs, endNs } = report.threads[i]!;
      expectLikely(own.length, cpuNs[i]!, endNs - startNs);
      for (const [n, sample] of own.entries()) {
        expect(sample.pid).toBe(target.pid);
        expect(sample.cpu).toBe(cpu);
        expect(sample.timeNs).toBeGreaterThan(own[n - 1]?.timeNs ?? startNs - 1e9);
        expect(sample.timeNs).toBeLessThan(endNs + 1e9);
        expect(text.some(([start, end]) => sample.ip >= start && sample.ip < end)).toBe(true);
      }
    }
    expect(stats).toMatchObject({
      samples: samples.length,
      lost: 0,
      overruns: 0,
      kernel: 0,
      unknown: 0,
      ended: 0,
      threads: 0,
    });
    expect(sampler.poll()).toBe(0);
  });

  it('lie right behind the load that waits for memory', async () => {
    await using target = await spawnWalk({ durationMs: LONG_MS });
    const place = walkPlace(target);
    using sampler = makeSampler();
    sampler.follow(target.tids[0]!);
    await target.go();
    const samples = readSamples(sampler);
    const behind = samples.filter(({ ip }) => {
      const distance = ip - Number(place.loadAddress);
      return distance > 0 && distance <= 4; // the length of the load
    });
    expect(samples.length).toBeGreaterThan(100);
    expect(behind.length / samples.length).toBeGreaterThan(0.8);
  });

  it('carry the registers that the access used', async (context) => {
    skipUnless(context, () => (process.arch === 'x64' ? undefined : 'needs x86-64 registers'));
    await using target = await spawnWalk({ durationMs: LONG_MS });
    const place = walkPlace(target);
    const first = Number(place.address);
    using sampler = makeSampler();
    sampler.follow(target.tids[0]!);
    await target.go();
    sampler.flush();
    const { batch } = sampler;
    let pointers = 0;
    let all = 0;
    while (sampler.poll() > 0) {
      for (let i = 0; i < batch.count; i++) {
        all++;
        expect(batch.hasRegisters(i)).toBe(true);
        expect(batch.is32Bit(i)).toBe(false);
        expect(batch.hasData(i)).toBe(false);
        expect([batch.address(i), batch.weight(i), batch.dataSourceLow(i)]).toEqual([0, 0, 0]);
        expect(batch.register(i, X86_REGISTER.ip)).toBe(batch.ip(i));
        expect(batch.register(i, X86_REGISTER.cs) & 3).toBe(3);
        const low = batch.registerLow(i, X86_REGISTER.ax);
        const value = low + batch.registerHigh(i, X86_REGISTER.ax) * 2 ** 32;
        expect(value).toBe(batch.register(i, X86_REGISTER.ax));
        pointers += Number(value >= first && value < first + place.bytes);
      }
    }
    expect(all).toBeGreaterThan(100);
    expect(pointers / all).toBeGreaterThan(0.8);
  });

  it('come from whatever thread uses the memory, not from the one that touched it', async () => {
    await using target = await spawnTouch({ durationMs: LONG_MS });
    const { toucherTid } = touchPlace(target);
    using sampler = makeSampler({ epochNs: process.hrtime.bigint() });
    for (const tid of target.tids) sampler.follow(tid);
    const report = await target.go();
    const samples = readSamples(sampler);
    expect(samples.length).toBeGreaterThan(50);
    expect(samples.filter(({ tid }) => tid === toucherTid)).toEqual([]);
    expect(samples.every(({ tid }) => tid === report.tid)).toBe(true);
    // Times count from the epoch.
    expect(samples[0]!.timeNs).toBeGreaterThan(0);
    expect(samples.at(-1)!.timeNs).toBeLessThan(60e9);
  });

  it('are not lost at 10 kHz from several threads', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using first = await spawnSharing({ threads: 4, durationMs: 500 });
    await using second = await spawnSharing({ threads: 4, durationMs: 500 });
    const tids = [...first.tids, ...second.tids];
    using sampler = makeSampler({ events: [cpuClockEvent(100_000)] });
    for (const tid of tids) expect(sampler.follow(tid)).toBeUndefined();
    first.begin();
    second.begin();
    await Promise.all([first.report(), second.report()]);
    const samples = readSamples(sampler);
    for (const tid of tids) sampler.unfollow(tid);
    expect(new Set(samples.map(({ tid }) => tid))).toEqual(new Set(tids));
    expect(samples.length).toBeGreaterThan(1000);
    expect(sampler.stats()).toMatchObject({ lost: 0, overruns: 0, throttles: 0, unknown: 0 });
  });

  it('end when the thread is unfollowed, and go on when it is followed again', async () => {
    await using target = await spawnSharing();
    const [tid] = target.tids as [number];
    using sampler = makeSampler();
    expect(sampler.follow(tid)).toBeUndefined();
    expect(sampler.follow(tid)).toBeUndefined();
    expect(sampler.stats().threads).toBe(1);
    target.begin();
    await target.running();
    await expect.poll(() => readSamples(sampler).length).toBeGreaterThan(0);
    sampler.unfollow(tid);
    sampler.unfollow(tid);
    readSamples(sampler);
    const { samples, threads } = sampler.stats();
    expect(threads).toBe(0);
    const cpuNs = cpuNsOf(target.pid, tid);
    await expect.poll(() => cpuNsOf(target.pid, tid) - cpuNs).toBeGreaterThan(40 * PERIOD_NS);
    sampler.flush();
    expect(sampler.stats().samples).toBe(samples);
    expect(sampler.follow(tid)).toBeUndefined();
    await expect.poll(() => readSamples(sampler).length).toBeGreaterThan(0);
    await target.stop();
  });
});

describe('losses', () => {
  it('are counted when JavaScript does not read', async () => {
    await using target = await spawnSharing({ threads: 1, durationMs: 300 });
    using sampler = makeSampler({ slots: 64 });
    sampler.follow(target.tids[0]!);
    const before = cpuNsOf(target.pid, target.tids[0]!);
    const { threads } = await target.go();
    const { startNs, endNs } = threads[0]!;
    const cpuNs = cpuNsOf(target.pid, target.tids[0]!) - before;
    sampler.unfollow(target.tids[0]!);
    const stats = sampler.stats();
    expect(stats.samples).toBe(64);
    expectLikely(stats.samples + stats.overruns, cpuNs, endNs - startNs);
    expect(readSamples(sampler).length).toBe(64);
  });

  it('are counted when nobody empties a ring, also those that the ring never tells of', async () => {
    await using target = await spawnSharing({ threads: 1, durationMs: 300 });
    // One page holds 19 samples with registers; the native thread looks once, at the start.
    using sampler = makeSampler({ ringPages: 1, pollIntervalNs: 1e10 });
    sampler.follow(target.tids[0]!);
    const before = cpuNsOf(target.pid, target.tids[0]!);
    const { threads } = await target.go();
    const { startNs, endNs } = threads[0]!;
    const cpuNs = cpuNsOf(target.pid, target.tids[0]!) - before;
    sampler.unfollow(target.tids[0]!);
    const { samples, lost, overruns, unknown } = sampler.stats();
    expect(samples).toBeGreaterThan(0);
    expect(samples).toBeLessThan(30);
    expect({ overruns, unknown }).toEqual({ overruns: 0, unknown: 0 });
    expectLikely(samples + lost, cpuNs, endNs - startNs);
    expect(readSamples(sampler).length).toBe(samples);
  });
});

describe('threads', () => {
  it('that end are noticed and let go', async () => {
    await using target = await spawnChurn({ threads: 3, generations: 7, switches: 11 });
    using sampler = makeSampler();
    const known = new Set<number>();
    const refusals = new Set<string>();
    target.begin();
    const ended = target.report();
    let running = true;
    void ended.finally(() => (running = false));
    while (running) {
      for (const tid of listThreads(target.pid)) {
        const refusal = sampler.follow(tid);
        if (refusal === undefined) known.add(tid);
        else refusals.add(refusal.code);
      }
      await new Promise(setImmediate);
    }
    await ended;
    await target.dispose();
    sampler.flush();
    expect(known.size).toBeGreaterThan(0);
    expect([...refusals].every((code) => code === 'HFTMON_E_THREAD_NOT_FOUND')).toBe(true);
    // Some are asked about their end at each turn of the sampler.
    await expect.poll(() => (sampler.flush(), sampler.stats().threads)).toBe(0);
    // The threads that it started have left no notes that could have crowded its samples out.
    expect(sampler.stats()).toMatchObject({ unknown: 0, lost: 0 });
    expect(sampler.stats().ended).toBeGreaterThanOrEqual(known.size);
    expect(holdingsOf(process.pid).descriptors).toEqual([]);
  });

  it('that do not exist are refused', async () => {
    await using target = await spawnSleeper({ count: 1 });
    await target.dispose();
    using sampler = makeSampler();
    expect(sampler.follow(target.pid)).toMatchObject({
      ok: false,
      code: 'HFTMON_E_THREAD_NOT_FOUND',
      reason: `there is no thread ${target.pid}`,
    });
    expect(sampler.follow(0)).toMatchObject({ code: 'HFTMON_E_THREAD_NOT_FOUND' });
    expect(sampler.stats().threads).toBe(0);
  });
});

describe('a sampler', () => {
  it('gives everything back', async () => {
    const { threads } = holdingsOf(process.pid);
    await using target = await spawnSharing();
    target.begin();
    await target.running();
    for (let i = 0; i < 17; i++) {
      using sampler = makeSampler();
      for (const tid of target.tids) sampler.follow(tid);
      expect(holdingsOf(process.pid).threads).toBe(threads + 1);
      expect(holdingsOf(process.pid).descriptors.length).toBe(target.tids.length);
      sampler.close();
      sampler.close();
      expect(() => sampler.follow(target.pid)).toThrow(/closed/);
      expect(sampler.poll()).toBe(0);
      expect(() => sampler.stats()).toThrow(/closed/);
    }
    expect(holdingsOf(process.pid)).toMatchObject({ ...NOTHING_HELD, threads });
  });

  it('can be read after it has stopped', async () => {
    const { threads } = holdingsOf(process.pid);
    await using target = await spawnSharing({ durationMs: 100 });
    using sampler = makeSampler();
    sampler.follow(target.tids[0]!);
    await target.go();
    sampler.stop();
    sampler.stop();
    expect(holdingsOf(process.pid)).toMatchObject({ descriptors: [], threads });
    expect(readSamples(sampler).length).toBe(sampler.stats().samples);
    expect(sampler.stats().samples).toBeGreaterThan(0);
    expect(sampler.follow(target.tids[0]!)).toMatchObject({ code: 'HFTMON_E_NATIVE_CALL' });
  });

  it('keeps its thread on the CPUs that it was given', () => {
    const [cpu] = allowedCpus() as [number];
    using sampler = makeSampler({ cpuAffinity: [cpu] });
    expect(sampler.poll()).toBe(0);
    const bad = () => makeSampler({ cpuAffinity: [1_000_000] });
    expect(bad).toThrow(expect.objectContaining({ code: 'HFTMON_E_NATIVE_CALL' }));
  });

  it.each([
    ['no events', { events: [] }, 'HFTMON_E_CONFIG_INVALID'],
    ['slots that are no power of two', { slots: 100 }, 'HFTMON_E_CONFIG_INVALID'],
    ['too many slots', { slots: 2 ** 30 }, 'HFTMON_E_CONFIG_INVALID'],
    ['pages that are no power of two', { ringPages: 3 }, 'HFTMON_E_CONFIG_INVALID'],
    ['no pages', { ringPages: 0 }, 'HFTMON_E_CONFIG_INVALID'],
    ['no pause', { pollIntervalNs: 0 }, 'HFTMON_E_CONFIG_INVALID'],
    ['a pause that is no number', { pollIntervalNs: NaN }, 'HFTMON_E_CONFIG_INVALID'],
    ['half a period', { events: [cpuClockEvent(0.5)] }, 'HFTMON_E_CONFIG_INVALID'],
    ['too many samples', { events: [cpuClockEvent(9_999)] }, 'HFTMON_E_SAMPLE_RATE'],
  ] as const)('refuses %s and holds nothing', (_what, options, code) => {
    const { threads } = holdingsOf(process.pid);
    expect(() => makeSampler(options)).toThrow(expect.objectContaining({ code }));
    expect(holdingsOf(process.pid)).toMatchObject({ ...NOTHING_HELD, threads });
  });
});

describe('hardware sources', () => {
  it.each(['pebs', 'ibs', 'spe'] as const)('%s is offered or absent with a reason', (source) => {
    const answer = support[source];
    if (answer.ok) expect(answer.tier).toBe('hardware');
    else {
      expect(answer.reason).not.toBe('');
      expect(answer.remedy).not.toBe('');
    }
  });

  it('with a buffer of their own are refused by a PMU that fills none, and leave nothing', () => {
    using sampler = makeSampler({ events: [{ ...cpuClockEvent(PERIOD_NS), spe: 'common' }] });
    const before = holdingsOf(process.pid);
    expect(sampler.follow(process.pid)).toMatchObject({ ok: false, code: 'HFTMON_E_UNSUPPORTED' });
    expect(holdingsOf(process.pid)).toEqual(before);
  });

  it('are said not to be there when the kernel does not know the event', () => {
    using sampler = makeSampler({
      events: [
        { ...cpuClockEvent(PERIOD_NS), source: 'pebs', name: 'raw', type: 4, config: 0x1cdn },
      ],
    });
    const refusal = sampler.follow(process.pid);
    if (support.pebs.ok) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ ok: false, code: 'HFTMON_E_UNSUPPORTED' });
  });
});
