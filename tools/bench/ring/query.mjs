import { fileURLToPath } from 'node:url';
import { runChild } from '../run-child.mjs';
import { quantile } from '../statistics.mjs';

const script = fileURLToPath(new URL('query-process.mjs', import.meta.url));

/** Time of "context switches over 10 µs, with percentiles" over 1 Mi records. */
export async function measureQuery({ times, cpus }) {
  const { result } = await runChild(script, [times, cpus.target], cpus.housekeeping);
  const at = (share) => quantile(result.ms, share);
  return {
    times,
    visited: result.visited,
    found: result.found,
    first: result.ms[0],
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
  };
}
