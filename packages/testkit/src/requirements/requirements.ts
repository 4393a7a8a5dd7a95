import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCpuList } from './cpu-list.js';
import { ownCapabilities } from './capabilities.js';

/** Something a test cannot do without: says why it is not met, or nothing when it is. */
export type Requirement = () => string | undefined;

/** Runs as root. */
const root: Requirement = () =>
  process.getuid?.() === 0 ? undefined : 'needs root, this is an ordinary user';

/** Holds one of these capabilities (CAP_SYS_ADMIN stands for the ones split off from it). */
function capability(...names: readonly string[]): Requirement {
  return () => {
    const held = ownCapabilities();
    return names.some((name) => held.has(name)) ? undefined : `needs ${names.join(' or ')}`;
  };
}

/** May load BPF programs that trace the kernel, and the kernel describes its types. */
const bpf: Requirement = () =>
  capability('CAP_BPF', 'CAP_SYS_ADMIN')() ?? capability('CAP_PERFMON', 'CAP_SYS_ADMIN')() ?? btf();

/** The kernel describes its types. */
const btf: Requirement = () =>
  existsSync('/sys/kernel/btf/vmlinux')
    ? undefined
    : 'needs a kernel with BTF (CONFIG_DEBUG_INFO_BTF)';

/** This process may use at least that many CPUs. */
function cpus(count: number): Requirement {
  return () => {
    const allowed = allowedCpus();
    return allowed.length >= count ? undefined : `needs ${count} CPUs, may use ${allowed.length}`;
  };
}

/** CPUs that this process may use, ascending. */
export function allowedCpus(procRoot = '/proc'): number[] {
  const status = readFileSync(`${procRoot}/self/status`, 'utf8');
  return parseCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0');
}

/** May use SCHED_FIFO, and has a second CPU from where to watch over it. */
const realtime: Requirement = () => {
  const limit = /^Max realtime priority\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const allowed = ownCapabilities().has('CAP_SYS_NICE') || Number(limit?.[1] ?? 0) > 0;
  return allowed ? cpus(2)() : 'needs SCHED_FIFO (CAP_SYS_NICE or RLIMIT_RTPRIO)';
};

/** A program in the PATH or among the system's. */
function tool(name: string): Requirement {
  return () => {
    const places = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
    const found = places.some((place) => isExecutable(join(place, name)));
    return found ? undefined : `needs the program ${name}`;
  };
}

/** A file that exists. */
function file(path: string): Requirement {
  return () => (existsSync(path) ? undefined : `needs ${path}`);
}

/** May make cgroups whose resources a controller limits. */
function cgroup(controller: 'cpu' | 'memory'): Requirement {
  return () => {
    const mounts = readFileSync('/proc/mounts', 'utf8');
    const v1 = new RegExp(`^\\S+ \\S+ cgroup (?:\\S+,)?${controller}[, ]`, 'm').test(mounts);
    const v2 = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
    const enabled =
      v2 !== undefined &&
      readFileSync(`${v2}/cgroup.subtree_control`, 'utf8').split(/\s+/).includes(controller);
    return v1 || enabled ? root() : `needs a cgroup hierarchy with the ${controller} controller`;
  };
}

/** What tests may need: `skipUnless(context, needs.bpf, needs.cpus(2))`. */
export const needs = { root, capability, bpf, btf, cpus, realtime, cgroup, tool, file } as const;

/** Why the first unmet one is not met, or `undefined` when all are. */
export function firstUnmet(requirements: readonly Requirement[]): string | undefined {
  for (const requirement of requirements) {
    const reason = requirement();
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
