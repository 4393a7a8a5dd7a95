import { readlinkSync, statSync } from 'node:fs';
import { statusField, type ProbeEnvironment, type Support } from '@hftmon/core';
import { readText } from '../proc/read.js';
import { bpfSupport } from './bpf-support.js';
import { readBtfTracepoints } from './btf.js';
import { CAPABILITY_NAMES, decodeCapabilities } from './capability-set.js';

/** Where to look; the defaults are those of a live host. */
export interface ProbeRoots {
  /** Default `/proc`. */
  readonly procRoot?: string;
  /** Default `/sys`. */
  readonly sysRoot?: string;
  /** Default `process.platform`. */
  readonly platform?: string;
}

/** What a host offers, beyond what collectors ask for. `undefined` where the host doesn't say. */
export interface HostEnvironment extends ProbeEnvironment {
  /** `uname -r`. */
  readonly kernelRelease: string | undefined;
  /** Effective capabilities of this process, by name. */
  readonly capabilities: ReadonlySet<string>;
  /** Tracepoints that BTF describes. Reads some 5 MB at the first use. */
  readonly tracepoints: ReadonlySet<string>;
  /** kernel.perf_event_paranoid: -1 (all allowed) to 2, 3 or 4 on some distributions. */
  readonly perfEventParanoid: number | undefined;
  /** kernel.unprivileged_bpf_disabled: 0 allowed, 1 forbidden for good, 2 forbidden. */
  readonly unprivilegedBpfDisabled: number | undefined;
  /** kernel.kptr_restrict: 0 shown to root, 1 to CAP_SYSLOG, 2 to nobody. */
  readonly kptrRestrict: number | undefined;
  /** `none`, `integrity` or `confidentiality`. */
  readonly lockdown: string | undefined;
  readonly initPidNamespace: boolean | undefined;
  readonly initUserNamespace: boolean | undefined;
}

/** Inodes of the kernel's first namespaces (PROC_PID_INIT_INO, PROC_USER_INIT_INO). */
const INIT_PID_NAMESPACE = 'pid:[4026531836]';
const INIT_USER_NAMESPACE = 'user:[4026531837]';

/**
 * Looks at the host through /proc and /sys; changes nothing and needs no privilege. Facts are of
 * the time of the call, except for the tracepoints, which are read when first asked for.
 */
export function createProbeEnvironment(roots: ProbeRoots = {}): HostEnvironment {
  const procRoot = roots.procRoot ?? '/proc';
  const sysRoot = roots.sysRoot ?? '/sys';
  const btfPath = `${sysRoot}/kernel/btf/vmlinux`;
  const sysctl = (name: string) => toInteger(readText(`${procRoot}/sys/kernel/${name}`));
  const status = readText(`${procRoot}/self/status`) ?? '';
  const capabilities = decodeCapabilities(statusField(status, 'CapEff') ?? '');
  const lockdown = selectedWord(readText(`${sysRoot}/kernel/security/lockdown`));
  const initPidNamespace = isNamespace(`${procRoot}/self/ns/pid`, INIT_PID_NAMESPACE);
  const initUserNamespace = isNamespace(`${procRoot}/self/ns/user`, INIT_USER_NAMESPACE);
  const bpf: Support = bpfSupport({
    platform: roots.platform ?? process.platform,
    btfPath,
    hasBtf: hasContent(btfPath),
    capabilities,
    lastCapability: sysctl('cap_last_cap') ?? CAPABILITY_NAMES.length - 1,
    initUserNamespace,
    initPidNamespace,
    lockdown,
  });
  let known: ReadonlySet<string> | undefined;
  const tracepoints = () => (known ??= readBtfTracepoints(btfPath));
  return {
    procRoot,
    sysRoot,
    bpf,
    capabilities,
    lockdown,
    initPidNamespace,
    initUserNamespace,
    kernelRelease: readText(`${procRoot}/sys/kernel/osrelease`)?.trim(),
    perfEventParanoid: sysctl('perf_event_paranoid'),
    unprivilegedBpfDisabled: sysctl('unprivileged_bpf_disabled'),
    kptrRestrict: sysctl('kptr_restrict'),
    get tracepoints() {
      return tracepoints();
    },
    // BTF knows names alone, and they are unique: `sched:sched_switch` is `sched_switch`.
    hasTracepoint: (name) => tracepoints().has(name.replace(/^.*[:/]/, '')),
    hasCapability: (name) => capabilities.has(name),
  };
}

function isNamespace(link: string, expected: string): boolean | undefined {
  try {
    return readlinkSync(link) === expected;
  } catch {
    return undefined;
  }
}

function hasContent(path: string): boolean {
  try {
    return statSync(path).size > 0;
  } catch {
    return false;
  }
}

/** `none [integrity] confidentiality` → `integrity`. */
function selectedWord(text: string | undefined): string | undefined {
  return /\[(\w+)\]/.exec(text ?? '')?.[1];
}

function toInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
}
