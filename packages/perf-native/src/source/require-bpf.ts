import { createError, MonitorError } from '@hftmon/core';
import type { HostEnvironment } from '../capabilities/probe-environment.js';

/**
 * Throws what keeps this process from using BPF on this host, if anything does.
 * @throws PermissionError, HardwareNotSupportedError with the code, reason and remedy of the probe
 */
export function requireBpf({ bpf }: HostEnvironment): void {
  if (bpf.ok) return;
  const facts = { feature: 'BPF', operation: 'BPF', reason: bpf.reason, remedy: bpf.remedy };
  const like = createError(bpf.code as Parameters<typeof createError>[0], facts);
  const init = {
    code: bpf.code,
    message: `${bpf.reason}. Remedy: ${bpf.remedy}`,
    remedy: bpf.remedy,
    facts,
  };
  throw new (like.constructor as new (values: typeof init) => MonitorError)(init);
}
