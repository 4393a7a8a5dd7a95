import { describe, expect, it } from 'vitest';
import { parseMaps } from '@hftmon/perf-native';
import { sampleAddresses } from '../../../src/placement/sample-addresses.js';

const PAGE = 4096;
/** Three mappings of five pages, and one of the kernel that is not asked about. */
const MAPS = [
  '10000-15000 rw-p 00000000 00:00 0',
  '20000-25000 rw-p 00000000 00:00 0',
  '28000-29000 r-xp 00000000 00:00 0 [vdso]',
  '30000-35000 rw-p 00000000 00:00 0',
].join('\n');

const sample = (most: number) => {
  const { addresses, mappings } = sampleAddresses(parseMaps(MAPS), PAGE, most);
  return { addresses: [...addresses], mappings: [...mappings] };
};

describe('addresses to ask about', () => {
  it('are every n-th page, also across mappings', () => {
    expect(sample(4)).toEqual({
      addresses: [0x10000, 0x14000, 0x23000, 0x32000],
      mappings: [0, 0, 1, 3],
    });
  });

  it('are all pages when that is few enough', () => {
    const { addresses, mappings } = sample(15);
    expect(addresses).toHaveLength(15);
    expect(addresses.slice(4, 6)).toEqual([0x14000, 0x20000]);
    expect(new Set(mappings)).toEqual(new Set([0, 1, 3]));
  });

  it('are none of a process without mappings', () => {
    expect(sampleAddresses(parseMaps(''), PAGE, 10).addresses).toHaveLength(0);
  });
});
