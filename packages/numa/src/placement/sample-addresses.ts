import type { MemoryMap } from '@hftmon/perf-native';

/** Kernel pages that cannot be asked about, or are no memory of the process. */
const KERNEL_MAPPINGS = /^\[(vvar|vvar_vclock|vdso|vsyscall|uprobes)\]$/;

/** Addresses to ask about, in ascending order, and which mapping each is in. */
export interface AddressSample {
  readonly addresses: Float64Array;
  /** Index into `map.mappings`. */
  readonly mappings: Uint32Array;
}

/**
 * Page addresses evenly spread over the mappings of a process: every n-th page, where n makes at
 * most `most` of them.
 */
export function sampleAddresses(map: MemoryMap, pageBytes: number, most: number): AddressSample {
  const sizes = map.mappings.map(({ start, end, path }) =>
    KERNEL_MAPPINGS.test(path) ? 0 : Number(end - start) / pageBytes,
  );
  const pages = sizes.reduce((sum, count) => sum + count, 0);
  const stride = Math.max(1, Math.ceil(pages / most));
  const count = Math.ceil(pages / stride);
  const addresses = new Float64Array(count);
  const mappings = new Uint32Array(count);
  let found = 0;
  /** Pages from the begin of the mapping to the next one of the sample. */
  let skip = 0;
  sizes.forEach((size, index) => {
    const start = Number(map.mappings[index]!.start);
    for (; skip < size; skip += stride) {
      addresses[found] = start + skip * pageBytes;
      mappings[found++] = index;
    }
    skip -= size;
  });
  return { addresses, mappings };
}
