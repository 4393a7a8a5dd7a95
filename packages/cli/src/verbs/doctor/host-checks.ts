import type { HostEnvironment } from '@hftmon/monitor';
import { grant } from './grant.js';
import type { Finding, HostCheck } from './report.js';

const FINE: Finding = { status: 'available' };

/** What the host offers, as far as it can be seen without loading anything. */
export function hostChecks(environment: HostEnvironment): HostCheck[] {
  return [
    { name: 'BPF', purpose: 'kernel events of the targets', ...bpf(environment) },
    { name: 'IPI tracepoints', purpose: 'who sent an interrupt to a CPU', ...ipi(environment) },
    { name: 'kernel symbols', purpose: 'names in kernel stacks', ...symbols(environment) },
    {
      name: 'other processes',
      purpose: 'names in user stacks of processes of other users',
      ...capability(environment, 'CAP_SYS_PTRACE', 'reads only processes of the same user'),
    },
    {
      name: 'real-time priority',
      purpose: 'a monitor thread that keeps up on a busy host',
      ...capability(environment, 'CAP_SYS_NICE', 'realtimePriority is limited by ulimit -r'),
    },
  ];
}

function bpf({ bpf: support }: HostEnvironment): Finding {
  if (!support.ok) {
    return { status: 'absent', reason: support.reason, remedy: support.remedy };
  }
  const { degraded, remedy } = support;
  if (degraded === undefined) return FINE;
  return { status: 'degraded', reason: degraded, remedy: remedy ?? 'none on this host' };
}

function ipi(environment: HostEnvironment): Finding {
  const missing = ['ipi_send_cpu', 'csd_queue_cpu', 'csd_function_entry'].filter(
    (name) => !environment.hasTracepoint(name),
  );
  if (missing.length === 0) return FINE;
  return {
    status: 'degraded',
    reason: `the kernel does not have ${missing.join(', ')}: interrupts are seen, senders are not`,
    remedy: 'use Linux 6.4 or later',
  };
}

function symbols({ kptrRestrict, capabilities }: HostEnvironment): Finding {
  if (kptrRestrict === 2) {
    return {
      status: 'degraded',
      reason: 'kernel.kptr_restrict is 2: addresses are shown without names',
      remedy: 'sudo sysctl kernel.kptr_restrict=1',
    };
  }
  if (capabilities.has('CAP_SYSLOG')) return FINE;
  return {
    status: 'degraded',
    reason: 'this process lacks CAP_SYSLOG: addresses are shown without names',
    remedy: grant('CAP_SYSLOG'),
  };
}

function capability(environment: HostEnvironment, name: string, without: string): Finding {
  if (environment.hasCapability(name)) return FINE;
  return {
    status: 'degraded',
    reason: `this process lacks ${name}: ${without}`,
    remedy: grant(name),
  };
}
