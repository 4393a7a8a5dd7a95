import { existsSync } from 'node:fs';
import {
  tracepointSupport,
  type CollectorMeta,
  type ProbeEnvironment,
  type Support,
} from '@hftmon/core';
import { OPTIONAL_TRACEPOINTS } from './meta.js';
import { PARTS, type InterruptPart } from './parts.js';

/** Without this file the kernel has no NO_HZ_FULL, whose CPUs alone run tasks without a tick. */
const NOHZ_FULL = 'devices/system/cpu/nohz_full';

const NO_NOHZ_FULL: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'the kernel was built without CONFIG_NO_HZ_FULL: the tick runs whenever a task does',
  remedy: 'use a kernel with CONFIG_NO_HZ_FULL and boot it with nohz_full=CPUS',
};

const HIDDEN_SYMBOLS: Support = {
  ok: false,
  code: 'HFTMON_E_CAPABILITY_MISSING',
  reason: 'this process lacks CAP_SYSLOG, needed to tell which function flushes the TLB',
  remedy: 'run as root, or grant cap_syslog too',
};

/** Can a kernel say what keeps the tick on? */
export function hasNohzFull(sysRoot: string): boolean {
  return existsSync(`${sysRoot}/${NOHZ_FULL}`);
}

/** Support of metrics by name, where it is not that of the collector as a whole. */
export function metricSupport(
  env: ProbeEnvironment,
  { metrics }: CollectorMeta,
  parts: readonly InterruptPart[],
): Map<string, Support> {
  const { vectors, senders, nmis } = OPTIONAL_TRACEPOINTS;
  const support = new Map<string, Support>();
  const answer = (names: readonly string[], tracepoints: readonly string[]) => {
    const found = tracepointSupport(env, `BPF: ${tracepoints.join(', ')}`, tracepoints);
    for (const name of names) support.set(name, found);
  };
  const beginningWith = (prefix: string) =>
    metrics.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  answer(beginningWith('timer_'), vectors.names);
  answer(beginningWith('ipi_'), vectors.names);
  answer(beginningWith('nmi_'), nmis.names);
  answer(['tlb_shootdown_count'], [...vectors.names, ...senders.names]);
  if (support.get('tlb_shootdown_count')!.ok && !env.hasCapability('CAP_SYSLOG')) {
    support.set('tlb_shootdown_count', HIDDEN_SYMBOLS);
  }
  for (const part of parts) {
    const { tracepoints, metrics } = PARTS[part];
    answer(
      metrics.map(({ name }) => name),
      tracepoints.names,
    );
  }
  if (support.get('tick_kept_count')?.ok === true && !hasNohzFull(env.sysRoot)) {
    support.set('tick_kept_count', NO_NOHZ_FULL);
  }
  return support;
}
