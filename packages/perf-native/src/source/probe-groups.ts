import { RecordKind } from '@hftmon/core';
import { GROUP } from '../layout.js';

/** Probe groups that make records of a kind. */
const GROUPS_OF_KIND: Readonly<Partial<Record<RecordKind, number>>> = {
  [RecordKind.Switch]: GROUP.switch,
  [RecordKind.Ran]: GROUP.switch,
  [RecordKind.Migrate]: GROUP.migrate,
  [RecordKind.ThreadStart]: GROUP.switch,
  [RecordKind.ThreadExit]: GROUP.switch,
  [RecordKind.Task]: GROUP.switch,
  [RecordKind.HardIrq]: GROUP.irq,
  [RecordKind.Softirq]: GROUP.softirq,
  [RecordKind.Vector]: GROUP.vector | GROUP.ipi,
  [RecordKind.Nmi]: GROUP.nmi,
  [RecordKind.Fault]: GROUP.fault,
  [RecordKind.Syscall]: GROUP.syscall,
  [RecordKind.Signal]: GROUP.signal,
  [RecordKind.PiBoost]: GROUP.pi,
  [RecordKind.Work]: GROUP.deferred,
  [RecordKind.TlbSend]: GROUP.tlb,
  [RecordKind.TickStop]: GROUP.tick,
  [RecordKind.DeviceWork]: GROUP.device,
  [RecordKind.Throttle]: GROUP.switch,
  [RecordKind.LateTimer]: GROUP.switch,
  [RecordKind.Lock]: GROUP.lock,
  [RecordKind.Steal]: GROUP.switch | GROUP.vector,
  [RecordKind.MemoryWork]: GROUP.memory,
  // An IPI is one of the ways to end an idle state.
  [RecordKind.Idle]: GROUP.idle | GROUP.ipi,
};

/** A tracepoint whose absence means that the kernel cannot serve the group. */
const TRACEPOINT_OF_GROUP: ReadonlyMap<number, readonly string[]> = new Map([
  [GROUP.switch, ['sched_switch', 'sched_waking', 'sched_migrate_task', 'sched_process_fork']],
  [GROUP.migrate, ['sched_migrate_task']],
  [GROUP.signal, ['signal_generate']],
  [GROUP.irq, ['irq_handler_entry', 'irq_handler_exit']],
  [GROUP.softirq, ['softirq_raise', 'softirq_entry', 'softirq_exit']],
  [GROUP.vector, ['local_timer_entry', 'reschedule_entry', 'call_function_entry']],
  [GROUP.ipi, ['ipi_send_cpu', 'csd_queue_cpu', 'csd_function_entry']],
  [GROUP.nmi, ['nmi_handler']],
  [GROUP.fault, ['page_fault_user', 'page_fault_kernel']],
  [GROUP.syscall, ['sys_enter', 'sys_exit']],
  [GROUP.pi, ['sched_pi_setprio']],
  [GROUP.deferred, ['workqueue_queue_work', 'workqueue_execute_start', 'workqueue_execute_end']],
  [GROUP.tlb, ['tlb_flush', 'local_timer_entry']],
  [GROUP.tick, ['tick_stop']],
  [GROUP.lock, ['contention_begin', 'contention_end']],
  [GROUP.idle, ['cpu_idle', 'sched_wake_idle_without_ipi']],
  [
    GROUP.memory,
    ['direct_reclaim', 'memcg_reclaim', 'node_reclaim']
      .flatMap((name) => [`mm_vmscan_${name}_begin`, `mm_vmscan_${name}_end`])
      .concat('mm_compaction_begin', 'mm_compaction_end')
      .concat('mm_migrate_pages_start', 'mm_migrate_pages'),
  ],
  [GROUP.device, ['napi_poll', 'block_rq_complete', 'irq_handler_entry', 'softirq_raise']],
]);

/** Groups that make these kinds and that the kernel has the tracepoints for. */
export function groupsFor(
  kinds: Iterable<RecordKind>,
  hasTracepoint: (name: string) => boolean,
): number {
  let wanted = 0;
  for (const kind of kinds) wanted |= GROUPS_OF_KIND[kind] ?? 0;
  let groups = 0;
  for (const [group, tracepoints] of TRACEPOINT_OF_GROUP) {
    if (wanted & group && tracepoints.every(hasTracepoint)) groups |= group;
  }
  return groups;
}
