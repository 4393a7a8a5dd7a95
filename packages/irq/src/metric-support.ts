import { existsSync } from 'node:fs';
import { tracepointSupport, type ProbeEnvironment, type Support } from '@hftmon/core';
import { PARTS, type InterruptPart } from './parts.js';

/** Without this file the kernel has no NO_HZ_FULL, whose CPUs alone run tasks without a tick. */
const NOHZ_FULL = 'devices/system/cpu/nohz_full';

const NO_NOHZ_FULL: Support = {
  ok: false,
  code: 'HFTMON_E_UNSUPPORTED',
  reason: 'the kernel was built without CONFIG_NO_HZ_FULL: the tick runs whenever a task does',
  remedy: 'use a kernel with CONFIG_NO_HZ_FULL and boot it with nohz_full=CPUS',
};

/** Can a kernel say what keeps the tick on? */
export function hasNohzFull(sysRoot: string): boolean {
  return existsSync(`${sysRoot}/${NOHZ_FULL}`);
}

/** Support of the metrics of the parts by name; those of the interrupts are as the collector's. */
export function partSupport(
  env: ProbeEnvironment,
  parts: readonly InterruptPart[],
): Map<string, Support> {
  const support = new Map<string, Support>();
  for (const part of parts) {
    const { tracepoints, metrics } = PARTS[part];
    const answer = tracepointSupport(
      env,
      `BPF: ${tracepoints.names.join(', ')}`,
      tracepoints.names,
    );
    for (const { name } of metrics) support.set(name, answer);
  }
  if (support.get('tick_kept_count')?.ok === true && !hasNohzFull(env.sysRoot)) {
    support.set('tick_kept_count', NO_NOHZ_FULL);
  }
  return support;
}
