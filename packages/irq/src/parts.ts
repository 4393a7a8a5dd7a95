import { RecordKind, type MetricMeta, type OptionalTracepoints } from '@hftmon/core';

/** What the collector can look at beside the interrupts themselves, each with probes of its own. */
export const INTERRUPT_PARTS = ['coalescing', 'deferred_work', 'tick', 'tlb_senders'] as const;

export type InterruptPart = (typeof INTERRUPT_PARTS)[number];

/** What a part stands on and brings. */
export interface PartMeta {
  readonly kind: RecordKind;
  readonly tracepoints: OptionalTracepoints;
  readonly metrics: readonly MetricMeta[];
}

const counter = (name: string, help: string): MetricMeta => ({
  name,
  unit: name.endsWith('_ns') ? 'ns' : 'count',
  type: 'counter',
  help,
});

export const PARTS: Readonly<Record<InterruptPart, PartMeta>> = {
  coalescing: {
    kind: RecordKind.DeviceWork,
    tracepoints: {
      names: ['napi_poll', 'block_rq_complete'],
      without: 'packets and requests per interrupt are not counted',
    },
    metrics: [
      counter('network_poll_count', 'Polls of network queues on all CPUs'),
      counter('network_packet_count', 'Packets that these polls took'),
      counter(
        'network_interrupt_packet_count',
        'Those of them that are known to have come with an interrupt of their device',
      ),
      counter('network_interrupt_count', 'Interrupts of the devices that these came with'),
      counter('block_request_count', 'Block requests that were completed on all CPUs'),
      counter(
        'block_interrupt_request_count',
        'Those of them that are known to have been completed by an interrupt of their device',
      ),
      counter('block_interrupt_count', 'Interrupts of the devices that completed these'),
    ],
  },
  deferred_work: {
    kind: RecordKind.Work,
    tracepoints: {
      names: ['workqueue_queue_work', 'workqueue_execute_start', 'workqueue_execute_end'],
      without: 'work of kernel worker threads is not seen',
    },
    metrics: [
      counter('work_count', 'Work items that kernel worker threads finished on all CPUs'),
      counter('work_ns', 'Time from their begin to their end, their own sleep included'),
      counter('work_target_count', 'Those during which a target thread waited for the CPU'),
      counter('work_target_ns', 'Time of those during which a target thread waited for the CPU'),
      counter('work_delay_count', 'Those that were seen being queued'),
      counter('work_delay_ns', 'Time from when these were queued to their begin'),
      {
        name: 'work_queue_delay_ns',
        unit: 'ns',
        type: 'histogram',
        help: 'Times from queued to begin of the work that the stream brought',
      },
    ],
  },
  tick: {
    kind: RecordKind.TickStop,
    tracepoints: { names: ['tick_stop'], without: 'stops of the timer tick are not seen' },
    metrics: [
      counter('tick_stop_count', 'Times that the timer tick of a CPU was stopped, on all CPUs'),
      counter('tick_kept_count', 'Times that something kept the tick of a nohz_full CPU on'),
    ],
  },
  tlb_senders: {
    kind: RecordKind.TlbSend,
    // The second is x86's, whose kernels alone flush by interrupts.
    tracepoints: {
      names: ['tlb_flush', 'local_timer_entry'],
      without: 'TLB shootdowns are not counted by sender',
    },
    metrics: [
      counter('tlb_send_count', 'TLB shootdowns that all CPUs sent, one per flush'),
      counter('tlb_send_page_count', 'Pages of those that flushed single pages'),
      counter('tlb_send_target_count', 'TLB shootdowns that target threads sent'),
    ],
  },
};
