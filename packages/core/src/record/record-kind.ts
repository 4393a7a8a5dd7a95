/**
 * What a record describes. Numbers are part of the wire format shared with
 * `perf-native/native/include/hftmon/record.h`; never renumber one.
 * Kinds from {@link FIRST_PLUGIN_KIND} up belong to plugins, which register theirs by name.
 */
export const RecordKind = {
  /** A target thread's time off the CPU, ended by its switch-in. */
  Switch: 1,
  /** Another task's run on a CPU where a target thread was waiting for it. `tid` is that task. */
  Ran: 2,
  /** A target thread was moved to another CPU (instant). */
  Migrate: 3,
  /** A target thread began (instant). */
  ThreadStart: 4,
  /** A target thread ended (instant). */
  ThreadExit: 5,
  /** Dictionary entry: who a tid is. Precedes the first record that refers to that task. */
  Task: 6,
  /** A hard interrupt handler. `tid` is the interrupted task. */
  HardIrq: 7,
  /** A softirq vector's run. `tid` is the interrupted task. */
  Softirq: 8,
  /** A local APIC vector: timer, reschedule, function call … `tid` is the interrupted task. */
  Vector: 9,
  /** A non-maskable interrupt handler. `tid` is the interrupted task. */
  Nmi: 10,
  /** A page fault of a target thread. */
  Fault: 11,
  /** A system call of a target thread that took at least the configured time on the CPU. */
  Syscall: 12,
  /** A signal was sent to a target thread (instant). */
  Signal: 13,
  /** An application event written through the session (instant). */
  Mark: 14,
  /** The kernel lent a task the priority of one that waits for its lock, or took it back (instant). */
  PiBoost: 15,
  /** Work that a kernel worker thread did while a target thread waited for its CPU. */
  Work: 16,
  /** No records, but totals: TLB shootdowns that CPUs and target threads sent. */
  TlbSend: 17,
  /** No records, but totals: stops of the timer tick, and what kept it on. */
  TickStop: 18,
  /** No records, but totals: packets and requests by the interrupt that brought them. */
  DeviceWork: 19,
  /** A thread was seen accessing memory (instant); written by the collector that samples addresses. */
  AddressSample: 20,
  /** A target thread was kept from running by a limit on CPU time; part of a Switch record's time. */
  Throttle: 21,
  /** A target thread freed, compacted or moved memory of the kernel, before it got its own. */
  MemoryWork: 22,
  /** A target thread's wait for a lock of the kernel, spinning or asleep. */
  Lock: 23,
  /** The hypervisor took the CPU from a target thread that was on it. */
  Steal: 24,
  /** Work that an application says it did, or an instant in it. */
  Span: 25,
  /** Time in which the noise probe saw nothing of the clock of its CPU; written by the probe. */
  Gap: 26,
  /** The runtime of a target thread collected garbage instead of running the thread's code. */
  Pause: 27,
  /** A CPU left an idle state, for which a target thread had to wait. `tid` is 0. */
  Idle: 28,
  /** A timer that ended a target thread's sleep: from when it was due at the latest to the wake-up. */
  LateTimer: 29,
} as const;

export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** Number of kinds the kernel side keeps loss counters for. */
export const KERNEL_KINDS = 32;

/** Kinds from here up to 0xffff are handed out to plugins. */
export const FIRST_PLUGIN_KIND = 0x8000;

/** Highest kind that fits the record's 16-bit field. */
export const LAST_KIND = 0xffff;

/** Written by applications, by collectors, by the noise probe, and by the pump of marks. */
const OTHERS: ReadonlySet<RecordKind> = new Set([
  RecordKind.Mark,
  RecordKind.AddressSample,
  RecordKind.Span,
  RecordKind.Gap,
]);

/** Do probes in the kernel make these records? */
export function isKernelKind(kind: RecordKind): boolean {
  return !OTHERS.has(kind);
}
