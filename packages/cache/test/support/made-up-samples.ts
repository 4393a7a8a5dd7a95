import type { SampleStream, Samples } from '../../src/sharing/line-sampler.js';

/** A sample as hardware would give it; what is not given is 0, or no. */
export interface MadeUpSample {
  readonly tid: number;
  readonly cpu?: number;
  readonly address?: number;
  readonly isExactAddress?: boolean;
  /** Bits 0 to 31 and 32 to 63 of `union perf_mem_data_src`. */
  readonly dataSource?: readonly [low: number, high: number];
}

/** A stream that gives the samples once, of process 10, one ns apart. */
export function madeUpSamples(samples: readonly MadeUpSample[]): SampleStream {
  let isGiven = false;
  const at = (i: number): MadeUpSample => samples[i] as MadeUpSample;
  const batch: Samples = {
    count: samples.length,
    timeNs: (i) => i,
    pid: () => 10,
    tid: (i) => at(i).tid,
    cpu: (i) => at(i).cpu ?? 0,
    ip: () => 0x401000,
    hasData: (i) => at(i).dataSource !== undefined,
    address: (i) => at(i).address ?? 0,
    isExactAddress: (i) => at(i).isExactAddress ?? true,
    dataSourceLow: (i) => at(i).dataSource?.[0] ?? 0,
    dataSourceHigh: (i) => at(i).dataSource?.[1] ?? 0,
    hasRegisters: () => false,
    is32Bit: () => false,
    register: () => 0,
    registerLow: () => 0,
    registerHigh: () => 0,
  };
  return {
    batch,
    poll() {
      const count = isGiven ? 0 : samples.length;
      isGiven = true;
      return count;
    },
  };
}
