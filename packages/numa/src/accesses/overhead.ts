import type { LatencyMatrix } from '../host/latency-matrix.js';
import type { NumaHost } from '../host/numa-host.js';
import { present, unsupported } from '../support/absent.js';
import type { Measured } from '../support/measured.js';

/**
 * What remote accesses from a node cost more than local ones would have, us: their number times
 * the difference of the read latencies. Only where both latencies are known, and it is clear which
 * node the accesses went to.
 */
export function interSocketOverhead(
  host: NumaHost,
  latencies: LatencyMatrix,
  from: number,
  remoteAccesses: Measured<number>,
): Measured<number> {
  if (remoteAccesses.value === undefined) return { ...remoteAccesses, value: undefined };
  const others = host.memoryNodes.filter((id) => id !== from);
  if (others.length !== 1) {
    const reason = `the counters do not tell which of ${others.length} other nodes an access went to`;
    return { value: undefined, support: unsupported(reason, 'none on this host') };
  }
  const [to] = others as [number];
  const [local, remote] = [latencies.readNs(from, from), latencies.readNs(from, to)];
  if (local === undefined || remote === undefined) {
    const missing = local === undefined ? from : to;
    const reason = `the read latency from node ${from} to node ${missing} is not known: the kernel publishes that of the nearest CPUs alone, and the firmware's table (HMAT) does not have it or may not be read`;
    const remedy =
      'run as root to read the HMAT, or measure it (for example with Intel MLC) and give the option latencies';
    return { value: undefined, support: unsupported(reason, remedy) };
  }
  const source = `remote accesses × (${remote} − ${local} ns) of ${latencies.source}`;
  const degraded = 'at most: loads that overlap wait only once';
  return {
    value: (remoteAccesses.value * (remote - local)) / 1000,
    support: present('hardware', source, degraded),
  };
}
