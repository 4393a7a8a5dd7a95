import type { ProbeEnvironment, Support } from '@hftmon/core';

/** What a fake host offers. */
export interface FakeEnvironmentOptions {
  readonly procRoot?: string;
  readonly sysRoot?: string;
  /** Default: not supported. */
  readonly bpf?: Support;
  /** Tracepoints it has, or `all`. Default none. */
  readonly tracepoints?: readonly string[] | 'all';
  /** Capabilities held, or `all`. Default none. */
  readonly capabilities?: readonly string[] | 'all';
}

/** Answer of a host whose kernel does not describe its types. */
export const noBtf: Support = {
  ok: false,
  code: 'HFTMON_E_BTF_MISSING',
  reason: 'the kernel has no BTF',
  remedy: 'use a kernel built with CONFIG_DEBUG_INFO_BTF=y',
};

/** Answer of a host where everything works. */
export const bpfWorks: Support = { ok: true, tier: 'kernel', source: 'BPF' };

/** A host for `Collector.probe`. By default it offers nothing. */
export function fakeEnvironment(options: FakeEnvironmentOptions = {}): ProbeEnvironment {
  const has = (list: readonly string[] | 'all' | undefined, name: string): boolean =>
    list === 'all' || (list?.includes(name) ?? false);
  return {
    procRoot: options.procRoot ?? '/proc',
    sysRoot: options.sysRoot ?? '/sys',
    bpf: options.bpf ?? noBtf,
    hasTracepoint: (name) => has(options.tracepoints, name),
    hasCapability: (name) => has(options.capabilities, name),
  };
}
