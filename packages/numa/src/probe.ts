import type { MetricSupport, ProbeEnvironment, Support } from '@hftmon/core';
import { accessEvents } from './accesses/access-events.js';
import { interSocketOverhead } from './accesses/overhead.js';
import { uncoreSupport } from './bandwidth/uncore-traffic.js';
import { kernelFiles } from './files/kernel-files.js';
import { optionalText } from './files/read-text.js';
import { firmwareLatencies } from './host/firmware-latencies.js';
import { listedLatencies, bestLatencies, publishedLatencies } from './host/latency-matrix.js';
import { readNumaHost, type NumaHost } from './host/numa-host.js';
import { parseBalancing } from './host/vmstat.js';
import { findResctrl } from './resctrl/resctrl-mount.js';
import { present, unsupported } from './support/absent.js';
import type { NumaConfig } from './types.js';

const SOURCE = '/proc/PID/numa_maps and /sys/devices/system/node';
const NO_NODES = unsupported(
  'the kernel shows no NUMA nodes (CONFIG_NUMA is off)',
  'boot a kernel built with CONFIG_NUMA=y (every current distribution kernel)',
);
const ON_DEMAND = present('kernel', 'sampled addresses, where another collector samples them');

/** Can this host serve the collector? */
export function probeNuma(env: ProbeEnvironment): Support {
  const host = hostOf(env);
  if (host === undefined || host.nodes.length === 0) return NO_NODES;
  const limits: string[] = [];
  if (host.memoryNodes.length === 1) {
    limits.push('this host has one memory node, so there is no remote memory');
  }
  if (!env.hasCapability('CAP_SYS_PTRACE')) {
    limits.push('without CAP_SYS_PTRACE only processes of the same user can be looked at');
  }
  return present('procfs', SOURCE, limits.length > 0 ? limits.join('; ') : undefined);
}

/** Where the metrics come from that have a source of their own. */
export function probeNumaMetrics(env: ProbeEnvironment, options: NumaConfig): MetricSupport {
  const host = hostOf(env);
  if (host === undefined || host.nodes.length === 0) return new Map();
  const { support: counted } = accessEvents(env, host);
  const latencies = bestLatencies(host, [
    listedLatencies('the option latencies', options.latencies ?? []),
    firmwareLatencies(host, env.sysRoot),
    publishedLatencies(host),
  ]);
  const remote = { value: counted.ok ? 0 : undefined, support: counted };
  const overhead = interSocketOverhead(host, latencies, host.nodes[0]!.id, remote);
  const balancing = parseBalancing(optionalText(`${env.procRoot}/vmstat`) ?? '');
  const balanced = (source: string): Support =>
    balancing === undefined
      ? unsupported('the kernel has no NUMA balancing', 'none needed')
      : present('procfs', source);
  return new Map<string, Support>([
    ['local_access_count', counted],
    ['remote_access_count', counted],
    ['local_access_ratio', counted],
    ['sampled_local_ratio', ON_DEMAND],
    ['inter_socket_overhead_us', overhead.support],
    ['memory_bytes_per_second', uncoreSupport(host, env.sysRoot)],
    ['target_bytes_per_second', resctrlSupport(env)],
    ['allocation_miss_count', present('procfs', '/sys/devices/system/node/nodeN/numastat')],
    ['hint_fault_count', balanced('/proc/PID/task/TID/sched')],
    ['migrated_page_count', balanced('/proc/vmstat')],
  ]);
}

function resctrlSupport({ procRoot, sysRoot }: ProbeEnvironment): Support {
  const mount = findResctrl(kernelFiles, procRoot, sysRoot);
  if (!mount.ok) return mount;
  return present('hardware', 'resctrl mon_groups', 'only with the option resctrl');
}

/** The nodes, unless their files make no sense. */
function hostOf({ sysRoot }: ProbeEnvironment): NumaHost | undefined {
  try {
    return readNumaHost(sysRoot);
  } catch {
    return undefined;
  }
}
