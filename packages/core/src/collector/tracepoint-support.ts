import { ERROR_TABLE } from '../errors/error-table.js';
import type { ProbeEnvironment, Support } from './support.js';

/** Tracepoints that a collector can do without. */
export interface OptionalTracepoints {
  readonly names: readonly string[];
  /** What is missing when the kernel lacks one of them, as part of a sentence. */
  readonly without: string;
}

/**
 * Answer of the probe of a collector that stands on BPF and tracepoints: what keeps BPF from
 * working, then the first tracepoint missing, then what is left out for lack of optional ones.
 * @param source - name of the source when all is there
 */
export function tracepointSupport(
  env: ProbeEnvironment,
  source: string,
  required: readonly string[],
  optional: readonly OptionalTracepoints[] = [],
): Support {
  if (!env.bpf.ok) return env.bpf;
  const missing = required.find((name) => !env.hasTracepoint(name));
  if (missing !== undefined) {
    return {
      ok: false,
      code: 'HFTMON_E_TRACEPOINT_MISSING',
      reason: ERROR_TABLE.HFTMON_E_TRACEPOINT_MISSING.what.replace('{tracepoint}', missing),
      remedy: ERROR_TABLE.HFTMON_E_TRACEPOINT_MISSING.remedy,
    };
  }
  const limits = optional
    .filter(({ names }) => !names.every((name) => env.hasTracepoint(name)))
    .map(({ without }) => without);
  const remedies: string[] =
    limits.length === 0 ? [] : [ERROR_TABLE.HFTMON_E_TRACEPOINT_MISSING.remedy];
  const { degraded, remedy } = env.bpf;
  if (degraded !== undefined) limits.unshift(degraded);
  if (remedy !== undefined) remedies.unshift(remedy);
  return {
    ok: true,
    tier: 'kernel',
    source,
    ...(limits.length > 0 && { degraded: limits.join('; ') }),
    ...(remedies.length > 0 && { remedy: remedies.join('; ') }),
  };
}
