import { describe, expect, it } from 'vitest';
import { allocationsSince, parseNumastat } from '../../../src/host/numastat.js';
import { balancingSince, parseBalancing } from '../../../src/host/vmstat.js';

/** Written from Documentation/admin-guide/numastat.rst. */
const NUMASTAT =
  'numa_hit 1009\nnuma_miss 13\nnuma_foreign 17\ninterleave_hit 19\nlocal_node 1000\nother_node 22\n';

/** Lines of /proc/vmstat of a kernel 6.18 with NUMA balancing, and foreign ones. */
const VMSTAT =
  'nr_free_pages 1366888\nnuma_hit 163828645\nnuma_pte_updates 4095\nnuma_huge_pte_updates 0\nnuma_hint_faults 4095\nnuma_hint_faults_local 5\nnuma_pages_migrated 4090\npgmigrate_success 4090\n';

describe('allocations of a node', () => {
  it('are read and subtracted', () => {
    const before = parseNumastat(NUMASTAT)!;
    expect(before).toEqual({
      hit: 1009,
      miss: 13,
      foreign: 17,
      interleaveHit: 19,
      localNode: 1000,
      otherNode: 22,
    });
    const after = parseNumastat(NUMASTAT.replace('numa_foreign 17', 'numa_foreign 40'))!;
    expect(allocationsSince(before, after)).toMatchObject({ hit: 0, foreign: 23 });
  });

  it('are unknown when a counter is missing', () => {
    expect(parseNumastat(NUMASTAT.replace(/^numa_miss.*\n/m, ''))).toBeUndefined();
    expect(parseNumastat('')).toBeUndefined();
  });
});

describe('NUMA balancing', () => {
  it('is read and subtracted', () => {
    const counts = parseBalancing(VMSTAT)!;
    expect(counts).toEqual({
      pteUpdates: 4095,
      hintFaults: 4095,
      hintFaultsLocal: 5,
      pagesMigrated: 4090,
    });
    const later = parseBalancing(
      VMSTAT.replace('numa_pages_migrated 4090', 'numa_pages_migrated 4101'),
    );
    expect(balancingSince(counts, later!)).toMatchObject({ pteUpdates: 0, pagesMigrated: 11 });
  });

  it('is unknown on a kernel without it', () => {
    expect(parseBalancing('nr_free_pages 1\nnuma_hit 3\n')).toBeUndefined();
  });
});
