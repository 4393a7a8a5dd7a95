/**
 * Intervals of our DAMON context, us. Odd on purpose: with the target's pid they tell a context of
 * a dead monitor from one that somebody else set up.
 */
export const INTERVALS = { sample_us: 5003, aggr_us: 100_060, update_us: 1_000_003 } as const;

/** Looks per aggregation: the most accesses that a region can show. */
export const MOST_HITS = INTERVALS.aggr_us / INTERVALS.sample_us;

/** Bounds of the number of regions; the work of kdamond grows with it. */
const REGIONS = { min: 10, max: 1000 } as const;

const UNBOUNDED_U64 = '18446744073709551615';
const UNBOUNDED_U32 = '4294967295';

/** One file to write below `kdamonds/0`. */
export type Setting = readonly [path: string, text: string];

/**
 * What has to be written, in this order (Documentation/admin-guide/mm/damon/usage.rst): one vaddr
 * context over one process, with a scheme that only observes.
 */
export function damonSettings(pid: number): Setting[] {
  const context = 'contexts/0';
  const attrs = `${context}/monitoring_attrs`;
  const pattern = `${context}/schemes/0/access_pattern`;
  return [
    [`${context}/operations`, 'vaddr'],
    ...Object.entries(INTERVALS).map(([name, us]): Setting => [
      `${attrs}/intervals/${name}`,
      String(us),
    ]),
    [`${attrs}/nr_regions/min`, String(REGIONS.min)],
    [`${attrs}/nr_regions/max`, String(REGIONS.max)],
    [`${context}/targets/nr_targets`, '1'],
    [`${context}/targets/0/pid_target`, String(pid)],
    [`${context}/schemes/nr_schemes`, '1'],
    [`${context}/schemes/0/action`, 'stat'],
    [`${pattern}/sz/max`, UNBOUNDED_U64],
    [`${pattern}/nr_accesses/max`, UNBOUNDED_U32],
    [`${pattern}/age/max`, UNBOUNDED_U32],
  ];
}
