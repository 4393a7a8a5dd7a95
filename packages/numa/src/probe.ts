import type { MetricSupport, ProbeEnvironment, Support } from '@hftmon/core';
import { SystemCounter } from '@hftmon/perf-native';
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
import { withoutResctrl } from './resctrl/target-traffic.js';
import { memorySampling } from './samples/memory-sampler.js';
import { SAMPLE_SOURCES } from './samples/sample-source.js';
import { absent, present, unsupported } from './support/absent.js';
import type { NumaConfig } from './types.js';

const SOURCE = '/proc/PID/numa_maps and /sys/devices/system/node';
const NO_NODES = unsupported(
  'the kernel shows no NUMA nodes (CONFIG_NUMA is off)',
  'boot a kernel built with CONFIG_NUMA=y (every current distribution kernel)',
);
const NOT_SAMPLED = unsupported(
  'no addresses are sampled unless asked for',
  'hftmon stat --sample-accesses (option sampleAccesses), or watch with the cache collector, which samples addresses',
);

/** Can this host serve the collector? */
export function probeNuma(env: ProbeEnvironment): Support {
  const host = hostOf(env);
  if (host === undefined || host.nodes.length === 0) return NO_NODES;
  const limits: string[] = [];
  let remedy: string | undefined;
  if (host.memoryNodes.length === 1) {
    limits.push('this host has one memory node, so there is no remote memory');
  }
  if (!env.hasCapability('CAP_SYS_PTRACE')) {
    limits.push('without CAP_SYS_PTRACE only processes of the same user can be looked at');
    remedy = 'run as root, or grant it: sudo setcap cap_sys_ptrace+ep $(readlink -f $(which node))';
  }
  return present('procfs', SOURCE, limits.length > 0 ? limits.join('; ') : undefined, remedy);
}

/** Where the metrics come from that have a source of their own. */
export function probeNumaMetrics(env: ProbeEnvironment, options: NumaConfig): MetricSupport {
  const host = hostOf(env);
  if (host === undefined || host.nodes.length === 0) return new Map();
  const { localSupport, remoteSupport } = accessEvents(env, host);
  const latencies = bestLatencies(host, [
    listedLatencies('the option latencies', options.latencies ?? []),
    firmwareLatencies(host, env.sysRoot),
    publishedLatencies(host),
  ]);
  const remote = { value: remoteSupport.ok ? 0 : undefined, support: remoteSupport };
  const overhead = interSocketOverhead(host, latencies, host.nodes[0]!.id, remote);
  const balancing = parseBalancing(optionalText(`${env.procRoot}/vmstat`) ?? '');
  const balanced = (source: string): Support =>
    balancing === undefined
      ? unsupported('the kernel has no NUMA balancing', 'none needed')
      : present('procfs', source);
  return new Map<string, Support>([
    ['local_access_count', localSupport],
    ['remote_access_count', remoteSupport],
    ['local_access_ratio', localSupport.ok ? remoteSupport : localSupport],
    ['sampled_local_ratio', samplingSupport(env, options)],
    ['inter_socket_overhead_us', overhead.support],
    ['memory_bytes_per_second', trafficSupport(env, host)],
    ['target_bytes_per_second', resctrlSupport(env, options)],
    ['allocation_miss_count', present('procfs', '/sys/devices/system/node/nodeN/numastat')],
    ['hint_fault_count', balanced('/proc/PID/task/TID/sched')],
    ['migrated_page_count', balanced('/proc/vmstat')],
  ]);
}

function samplingSupport(env: ProbeEnvironment, { sampleAccesses }: NumaConfig): Support {
  if (sampleAccesses !== true) return NOT_SAMPLED;
  const { support } = memorySampling(env);
  return support.ok ? SAMPLE_SOURCES.pmu_samples : support;
}

/** Tried on this host; on the files of another the level and the capabilities decide. */
function trafficSupport(env: ProbeEnvironment, host: NumaHost): Support {
  const { procRoot, sysRoot } = env;
  if (sysRoot === '/sys') return uncoreSupport(host, env, (event) => SystemCounter.open(event));
  const support = uncoreSupport(host, env);
  const paranoid = Number(optionalText(`${procRoot}/sys/kernel/perf_event_paranoid`) ?? 2);
  const permitted =
    paranoid <= 0 || env.hasCapability('CAP_PERFMON') || env.hasCapability('CAP_SYS_ADMIN');
  if (!support.ok || permitted) return support;
  return absent(
    'HFTMON_E_NOT_PERMITTED',
    `kernel.perf_event_paranoid is ${paranoid}, so only CAP_PERFMON may count for a whole package`,
    'run as root, or grant it: sudo setcap cap_perfmon+ep $(readlink -f $(which node))',
  );
}

function resctrlSupport({ procRoot, sysRoot }: ProbeEnvironment, options: NumaConfig): Support {
  const mount = findResctrl(kernelFiles, procRoot, sysRoot);
  if (!mount.ok) return mount;
  return options.resctrl === true
    ? present('hardware', 'resctrl mon_groups: mbm_local_bytes, mbm_total_bytes')
    : withoutResctrl().support;
}

/** The nodes, unless their files make no sense. */
function hostOf({ sysRoot }: ProbeEnvironment): NumaHost | undefined {
  try {
    return readNumaHost(sysRoot);
  } catch {
    return undefined;
  }
}
