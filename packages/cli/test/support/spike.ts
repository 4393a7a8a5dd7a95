import type { LatencySpike, ReceiptPart } from '@hftmon/monitor';

/** A spike of these parts. */
export function spikeOf(
  parts: readonly ReceiptPart[],
  changes: Partial<LatencySpike> = {},
): LatencySpike {
  const durationNs = parts.reduce((sum, { ns }) => sum + ns, 0);
  const { cause, causeClass, details } = parts[0]!;
  return {
    id: 1,
    timestamp: new Date(2026, 0, 2, 3, 4, 5, 6),
    timestampNs: 1_000_000,
    monotonicNs: 5_000_000_000,
    durationUs: durationNs / 1000,
    durationNs,
    threadId: 7,
    tid: 7,
    pid: 7,
    comm: 'engine',
    cpu: 1,
    cause,
    causeClass,
    details,
    receipt: { durationNs, parts, unexplainedNs: 0 },
    ...changes,
  };
}

export function preemption(ns: number): ReceiptPart {
  const runner = { tid: 9, comm: 'hog', policy: 'SCHED_FIFO', priority: 89, ns, count: 1 };
  const details = { by: [runner], count: 1, cpu: 1, inKernel: false };
  return { cause: 'preemption', causeClass: 'context_switch', ns, details };
}

export function tick(ns: number): ReceiptPart {
  return {
    cause: 'timer_tick',
    causeClass: 'interrupt',
    ns,
    details: { count: 2, cpu: 1, nohzFull: false },
  };
}

/** Behind the same task as {@link preemption}. */
export function queued(ns: number): ReceiptPart {
  const runner = { tid: 9, comm: 'hog', policy: 'SCHED_FIFO', priority: 89, ns, count: 1 };
  const details = { by: [runner], tasksAhead: 1, wokenByInterrupt: true, cpu: 1, count: 1 };
  return { cause: 'run_queue_wait', causeClass: 'context_switch', ns, details };
}

type LateWakeup = Extract<ReceiptPart, { readonly cause: 'late_wakeup' }>;

/** A wake-up that was so late, by what no probe tells. */
export function lateWakeup(ns: number): LateWakeup {
  const details = { wokenByInterrupt: true, cpu: 1, count: 1, wokenNs: ns };
  return { cause: 'late_wakeup', causeClass: 'blocking', ns, details };
}

/** A timer that was so late. */
export function lateTimer(ns: number): LateWakeup {
  const timer = { dueNs: 0, lateNs: ns, slackNs: 1, cpu: 1, ns };
  const { details, ...part } = lateWakeup(ns);
  return { ...part, details: { ...details, timer } };
}

/** @param windowNs - before its end, in which it happened */
export function stolen(ns: number, windowNs: number): ReceiptPart {
  return { cause: 'steal', causeClass: 'hardware', ns, details: { count: 1, windowNs } };
}
