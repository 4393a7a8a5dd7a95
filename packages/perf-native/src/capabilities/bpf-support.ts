import type { Support } from '@hftmon/core';

/** What decides whether this process can trace the kernel with BPF. */
export interface BpfFacts {
  /** `process.platform`. */
  readonly platform: string;
  /** Where the kernel describes its types. */
  readonly btfPath: string;
  readonly hasBtf: boolean;
  /** Effective capabilities, by name. */
  readonly capabilities: ReadonlySet<string>;
  /** Highest capability number that the kernel knows. */
  readonly lastCapability: number;
  /** In the kernel's first user namespace; `undefined` when it can't be told. */
  readonly initUserNamespace: boolean | undefined;
  /** In the kernel's first pid namespace; `undefined` when it can't be told. */
  readonly initPidNamespace: boolean | undefined;
  /** `none`, `integrity`, `confidentiality`; `undefined` without that security module. */
  readonly lockdown: string | undefined;
}

/** CAP_BPF came with Linux 5.8; before, CAP_SYS_ADMIN alone counts. */
const CAP_BPF_NUMBER = 39;
const NODE = '$(readlink -f $(which node))';

/** Can this process trace the kernel with BPF, and if not, what is in the way first? */
export function bpfSupport(facts: BpfFacts): Support {
  if (facts.platform !== 'linux') {
    return {
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: `hftmon watches Linux processes; this is ${facts.platform}`,
      remedy: 'run it on a Linux host',
    };
  }
  if (!facts.hasBtf) {
    return {
      ok: false,
      code: 'HFTMON_E_BTF_MISSING',
      reason: `the kernel does not describe its types: ${facts.btfPath} is missing`,
      remedy:
        'boot a kernel built with CONFIG_DEBUG_INFO_BTF=y (every current distribution kernel)',
    };
  }
  const missing = missingCapabilities(facts);
  if (missing.length > 0) {
    return {
      ok: false,
      code: 'HFTMON_E_CAPABILITY_MISSING',
      reason: `this process lacks ${missing.join(' and ')}, needed to trace the kernel with BPF`,
      remedy: `run as root (sudo), or grant it: sudo setcap ${missing.join(',').toLowerCase()}+ep ${NODE}`,
    };
  }
  if (facts.initUserNamespace === false) {
    return {
      ok: false,
      code: 'HFTMON_E_NOT_PERMITTED',
      reason:
        'this process is in a user namespace of its own (a rootless container), where capabilities do not reach the kernel',
      remedy: 'run hftmon on the host, or in a container that keeps the user namespace of the host',
    };
  }
  if (facts.initPidNamespace === false) {
    return {
      ok: false,
      code: 'HFTMON_E_PID_NAMESPACE',
      reason:
        'this process is in a pid namespace of its own, so pids here are not those of the kernel',
      remedy: "run hftmon in the host's pid namespace (docker run --pid=host)",
    };
  }
  const source = 'BPF (tp_btf)';
  if (facts.lockdown !== 'confidentiality') return { ok: true, tier: 'kernel', source };
  return {
    ok: true,
    tier: 'kernel',
    source,
    degraded: 'kernel lockdown is "confidentiality": BPF may not copy kernel memory (names, paths)',
    remedy: 'boot without kernel lockdown, or with lockdown=integrity',
  };
}

function missingCapabilities({ capabilities, lastCapability }: BpfFacts): string[] {
  if (capabilities.has('CAP_SYS_ADMIN')) return [];
  if (lastCapability < CAP_BPF_NUMBER) return ['CAP_SYS_ADMIN'];
  return ['CAP_BPF', 'CAP_PERFMON'].filter((name) => !capabilities.has(name));
}
