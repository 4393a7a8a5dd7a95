import { describe, expect, it } from 'vitest';
import { FakeRoots, fakeEnvironment, loadHost, writeFakeProcess } from '@hftmon/testkit';
import {
  MemorySampler,
  memorySampling,
  type MemorySamples,
} from '../../../src/samples/memory-sampler.js';

/** `lvl` bits of linux/perf_event.h with HIT, shifted to their place. */
const LVL = { l3: 0x42, localRam: 0x82, remoteRam: 0x102, remoteCache: 0x402 };
const TARGET = { pid: 4242, comm: 'x', startTimeTicks: 1000, attachedNs: 0 };

interface Sample {
  readonly address: number;
  readonly level: number;
  readonly hasData?: boolean;
  /** Bits 32 to 63 of the data source. */
  readonly high?: number;
}

/** A sampler that hands out what the test puts in, in batches of two. */
class FakeSampler implements MemorySamples {
  readonly followed = new Set<number>();
  readonly refuse = new Set<number>();
  queue: Sample[] = [];
  closed = 0;
  #batch: Sample[] = [];

  readonly batch = {
    count: 0,
    tid: () => 4243,
    pid: () => 4242,
    cpu: (i: number) => i,
    hasData: (i: number) => this.#batch[i]!.hasData ?? true,
    address: (i: number) => this.#batch[i]!.address,
    isExactAddress: (i: number) => this.#batch[i]!.address < 2 ** 53,
    dataSourceLow: (i: number) => this.#batch[i]!.level << 5,
    dataSourceHigh: (i: number) => this.#batch[i]!.high ?? 0,
  };

  follow(tid: number) {
    if (this.refuse.has(tid)) {
      return {
        ok: false,
        code: 'HFTMON_E_FILES_EXHAUSTED',
        reason: 'none left',
        remedy: '',
      } as const;
    }
    this.followed.add(tid);
    return undefined;
  }

  unfollow(tid: number): void {
    this.followed.delete(tid);
  }

  poll(): number {
    this.#batch = this.queue.splice(0, 2);
    this.batch.count = this.#batch.length;
    return this.#batch.length;
  }

  flush(): void {}

  close(): void {
    this.closed++;
  }
}

function sampling() {
  const roots = new FakeRoots();
  writeFakeProcess(roots, { pid: 4242, threads: [{ tid: 4242 }, { tid: 4243 }] });
  const samples = new FakeSampler();
  const taken: number[] = [];
  const listener = (_pid: number, _tid: number, _cpu: number, address: number) =>
    void taken.push(address);
  return { roots, samples, taken, sampler: new MemorySampler(samples, listener, roots.procRoot) };
}

describe('hardware samples of memory accesses', () => {
  it('are taken of every thread, and kept when memory or another node served them', () => {
    const { roots, samples, taken, sampler } = sampling();
    sampler.attach(TARGET);
    expect([...samples.followed]).toEqual([4242, 4243]);
    samples.queue = [
      { address: 0x1000, level: LVL.localRam },
      { address: 0x2000, level: LVL.l3 },
      { address: 0x3000, level: LVL.remoteRam },
      { address: 0x4000, level: LVL.remoteCache },
      // Of SPE: another socket, by number alone.
      { address: 0x6000, level: 1, high: (0xf << 1) | (1 << 5) },
      { address: 0, level: LVL.localRam },
      { address: 2 ** 63, level: LVL.localRam },
      { address: 0x5000, level: LVL.localRam, hasData: false },
    ];
    sampler.poll();
    expect(taken).toEqual([0x1000, 0x3000, 0x4000, 0x6000]);
    sampler.detach(TARGET);
    expect(samples.followed.size).toBe(0);
    sampler.close();
    expect(samples.closed).toBe(1);
    roots.dispose();
  });

  it('say which threads they miss', () => {
    const { roots, samples, sampler } = sampling();
    expect(sampler.limit).toBeUndefined();
    samples.refuse.add(4243);
    sampler.attach(TARGET);
    expect(sampler.limit).toBe('1 threads are not sampled: none left');
    sampler.detach(TARGET);
    expect(sampler.limit).toBeUndefined();
    sampler.close();
    roots.dispose();
  });

  it('come from SPE where it tells whether memory answered', () => {
    using roots = loadHost('neoverse-n1');
    const env = fakeEnvironment({ ...roots, capabilities: 'all' });
    expect(memorySampling(env, () => 0)).toMatchObject({
      events: [{ name: 'arm_spe_0', spe: 'neoverse' }],
      support: { ok: true, tier: 'hardware', source: 'SPE loads and stores' },
    });
    roots.write('sys/devices/system/cpu/cpu0/regs/identification/midr_el1', '0xc00fac30\n');
    expect(memorySampling(env, () => 0)).toMatchObject({
      events: [],
      support: { ok: false, reason: expect.stringMatching(/SPE do not tell/) },
    });
  });

  it('say on Arm why there is no SPE', () => {
    using roots = loadHost('neoverse-n1');
    const env = fakeEnvironment({ ...roots, capabilities: [] });
    expect(memorySampling(env, () => -13)).toMatchObject({
      events: [],
      support: { ok: false, reason: expect.stringContaining('sampling by arm_spe_0') },
    });
  });

  it('are not to be had without a PMU', () => {
    using roots = loadHost('vm-no-pmu');
    const env = fakeEnvironment({ procRoot: roots.procRoot, sysRoot: roots.sysRoot });
    expect(memorySampling(env)).toMatchObject({
      events: [],
      support: { ok: false, reason: expect.stringContaining('PMU') },
    });
  });
});
