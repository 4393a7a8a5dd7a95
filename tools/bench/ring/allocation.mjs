import { fileURLToPath } from 'node:url';
import { runChild } from '../run-child.mjs';

const script = fileURLToPath(new URL('allocation-process.mjs', import.meta.url));
const CAPACITY = 2 ** 19;

/** Collections and heap growth while one consumer reads from a native writer. */
export async function measureAllocation({ millions, cpus }) {
  const args = [millions * 1e6, CAPACITY, cpus.target];
  return (await runChild(script, args, cpus.housekeeping)).result;
}
