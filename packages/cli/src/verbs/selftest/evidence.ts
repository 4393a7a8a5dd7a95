import type { Cause, ReceiptPart } from '@hftmon/monitor';
import type { Deed } from './deed.js';

/** Time of a part that its evidence puts down to the deed, ns; 0 when it doesn't name it. */
export type Evidence = (part: ReceiptPart, deed: Deed) => number;

type PartOf<C extends Cause> = Extract<ReceiptPart, { readonly cause: C }>;

/** Looks at parts of one cause alone. */
function of<C extends ReceiptPart['cause']>(
  cause: C,
  ns: (part: PartOf<C>, deed: Deed) => number,
): Evidence {
  return (part, deed) => (part.cause === cause ? ns(part as PartOf<C>, deed) : 0);
}

function share(list: readonly { readonly tid: number; readonly ns: number }[], tid?: number) {
  return list.find((task) => task.tid === tid)?.ns ?? 0;
}

export const preemptedBy = of('preemption', ({ details }, { by }) => share(details.by, by));

export const queuedBehind = of('run_queue_wait', ({ details }, { by }) => share(details.by, by));

export const moved = of('migration', ({ ns, details }) => (details.from === details.to ? 0 : ns));

/** The sender of a signal holds a lock of the kernel meanwhile, for which its receiver spins. */
export const contendedForSignals = of('lock_wait', ({ details }) =>
  details.locks.reduce((sum, { ns, kernelLock }) => sum + (kernelLock === undefined ? 0 : ns), 0),
);

export const stoppedBySignal = of('stopped', ({ ns, details }, { by }) =>
  details.by === 'signal' && details.sender?.tid === by ? ns : 0,
);

export const stoppedByTracer = of('stopped', ({ ns, details }) =>
  details.by === 'ptrace' ? ns : 0,
);

export const minorFaults = of('page_fault', ({ ns, details }) => (details.minor > 0 ? ns : 0));

export const majorFault = of('page_fault', ({ ns, details }) => (details.major > 0 ? ns : 0));

export const hugePages = of('thp', ({ ns, details }) => (details.pages > 0 ? ns : 0));

export const waitedForDisk = of('io_wait', ({ ns, details }) =>
  details.syscall?.name === 'pwrite64' ? ns : 0,
);

export const longCall = of(
  'syscall',
  ({ details }) => details.calls.find(({ name }) => name === 'getrandom')?.ns ?? 0,
);

/** @param inverted - whether the holder is weaker than the one who waits */
export const waitedForLock = (inverted: boolean): Evidence =>
  of('lock_wait', ({ details }, { by }) => {
    const lock = details.locks.find(({ releasedBy }) => releasedBy?.tid === by);
    return lock === undefined || (lock.priorityInversion ?? false) !== inverted ? 0 : lock.ns;
  });

export const throttled = of('throttled', ({ details }, { cgroup = '' }) => {
  const limit = details.limits.find((each) => each.cgroup?.endsWith(`/${cgroup}`) === true);
  return limit?.ns ?? 0;
});

export const shotDown = of('ipi', ({ details }, { by }) =>
  details.tlbFlushes > 0 ? share(details.senders, by) : 0,
);

export const rescheduled = of('ipi', ({ details }, { by }) =>
  details.types.some(({ type }) => type === 'reschedule') ? share(details.senders, by) : 0,
);

export const deviceInterrupt = of(
  'hard_irq',
  ({ details }, { irq }) => details.irqs.find((each) => each.irq === irq)?.ns ?? 0,
);

const softirq = (vector: string): Evidence =>
  of('softirq', ({ details }) => details.vectors.find(({ name }) => name === vector)?.ns ?? 0);

export const packetsReceived = softirq('NET_RX');

/** The rest of the work that the disk's interrupts bring. */
export const completedBlocks = softirq('BLOCK');

export const timerInterrupt = of('timer_tick', ({ ns }) => ns);
