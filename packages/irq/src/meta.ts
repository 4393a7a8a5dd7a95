import {
  HOST_API_VERSION,
  RecordKind,
  tracepointNeeds,
  type CollectorMeta,
  type MetricMeta,
  type OptionalTracepoints,
} from '@hftmon/core';
import { PARTS, type InterruptPart } from './parts.js';
import { TYPE_PREFIXES } from './type-prefixes.js';

/** Without one of these there is no collector. */
export const REQUIRED_TRACEPOINTS = [
  'irq_handler_entry',
  'irq_handler_exit',
  'softirq_raise',
  'softirq_entry',
  'softirq_exit',
] as const;

/** What the collector can do without, and then leaves out. */
export const OPTIONAL_TRACEPOINTS = {
  vectors: {
    names: ['local_timer_entry', 'reschedule_entry', 'call_function_entry'],
    without: 'timer ticks and IPIs are not seen (the kernel has no irq_vectors tracepoints)',
  },
  senders: {
    names: ['ipi_send_cpu', 'csd_queue_cpu', 'csd_function_entry'],
    without:
      'senders of IPIs are not named and TLB shootdowns not told from other calls (before Linux 6.4)',
  },
  nmis: {
    names: ['nmi_handler'],
    without: 'NMIs are not seen (the kernel has no nmi_handler tracepoint)',
  },
} as const satisfies Readonly<Record<string, OptionalTracepoints>>;

/** What the collector can do without in all, with the parts that it was told to look at. */
export function optionalTracepoints(parts: readonly InterruptPart[]): OptionalTracepoints[] {
  return [...Object.values(OPTIONAL_TRACEPOINTS), ...parts.map((part) => PARTS[part].tracepoints)];
}

/** What the collector says of itself, which depends on its parts. */
export function metaFor(parts: readonly InterruptPart[]): CollectorMeta {
  return {
    name: 'irq',
    version: '0.1.0',
    apiVersion: HOST_API_VERSION,
    summary: 'Hard and soft interrupts, inter-processor interrupts, timer ticks and NMIs',
    kinds: [
      RecordKind.HardIrq,
      RecordKind.Softirq,
      RecordKind.Vector,
      RecordKind.Nmi,
      RecordKind.Task,
      RecordKind.ThreadStart,
      ...parts.map((part) => PARTS[part].kind),
    ],
    metrics: [
      ...TYPE_PREFIXES.flatMap(({ prefix, label }): MetricMeta[] => [
        {
          name: `${prefix}_count`,
          unit: 'count',
          type: 'counter',
          help: `${label} on all CPUs, whoever was interrupted`,
        },
        {
          name: `${prefix}_ns`,
          unit: 'ns',
          type: 'counter',
          help: `Net time in ${lower(label)} on all CPUs`,
        },
        {
          name: `${prefix}_target_count`,
          unit: 'count',
          type: 'counter',
          help: `${label} that interrupted a target thread`,
        },
        {
          name: `${prefix}_target_ns`,
          unit: 'ns',
          type: 'counter',
          help: `Net time in ${lower(label)} that interrupted a target thread`,
        },
        {
          name: `${prefix}_duration_ns`,
          unit: 'ns',
          type: 'histogram',
          help: `Net durations of the ${lower(label)} that the stream brought`,
        },
      ]),
      {
        name: 'tlb_shootdown_count',
        unit: 'count',
        type: 'counter',
        help: 'Function-call IPIs that flushed the TLB, also counted among the IPIs',
      },
      {
        name: 'softirq_delay_count',
        unit: 'count',
        type: 'counter',
        help: 'Softirqs whose raise was seen, on all CPUs',
      },
      {
        name: 'softirq_delay_ns',
        unit: 'ns',
        type: 'counter',
        help: 'Time from their raise to their run',
      },
      {
        name: 'ksoftirqd_count',
        unit: 'count',
        type: 'counter',
        help: 'Softirqs that were left to ksoftirqd, on all CPUs',
      },
      {
        name: 'ksoftirqd_ns',
        unit: 'ns',
        type: 'counter',
        help: 'Net time of softirqs in ksoftirqd, on all CPUs',
      },
      ...parts.flatMap((part) => PARTS[part].metrics),
    ],
    needs: [
      ...tracepointNeeds(REQUIRED_TRACEPOINTS, optionalTracepoints(parts)),
      { type: 'file', name: '/proc/interrupts', optional: true },
    ],
  };
}

function lower(label: string): string {
  return /^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
