import { readSwitches, spawnPingpong, switchesDelta } from '@hftmon/testkit';
import { pinSelf } from '../affinity.mjs';
import { atEnd } from '../cleanup.mjs';

/**
 * One run of two threads that only switch to each other, with something attached to them.
 * `attach(pid)` resolves when it is attached and ready; what it returns is ended afterwards.
 *
 * @returns ns per hop, switches by the kernel's own books, and what the attached side says
 */
export async function pingPong({ via, hops, cpus }, attach) {
  // The target is born with every CPU allowed; all that is started later stays off its CPU.
  pinSelf(cpus.all);
  const target = await spawnPingpong({ via, hops, cpu: cpus.target });
  pinSelf(cpus.housekeeping);
  const done = atEnd(() => killQuietly(target.pid));
  try {
    const attached = await attach?.(target.pid);
    const before = readSwitches(target.pid);
    let nsPerHop;
    try {
      const report = await target.go();
      nsPerHop = (report.endNs - report.startNs) / hops;
    } catch (error) {
      await attached?.end();
      throw error;
    }
    const switches = total(switchesDelta(before, readSwitches(target.pid)));
    return { nsPerHop, switches, seen: await attached?.end(switches) };
  } finally {
    await target.dispose();
    done();
  }
}

function total(delta) {
  let sum = 0;
  for (const { voluntary, involuntary } of delta.values()) sum += voluntary + involuntary;
  return sum;
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
