import type { ReceiptPart, SpanPart } from '@hftmon/monitor';
import { shortDuration } from './short-duration.js';

type Cause = ReceiptPart['cause'];
type PartOf<C extends Cause> = Extract<ReceiptPart, { readonly cause: C }>;

/** A task as the receipts know it. */
interface Task {
  readonly tid: number;
  readonly comm?: string;
}

/** How the evidence of each cause reads; empty where there is nothing to add. */
const EVIDENCE: { readonly [C in Cause]: (details: PartOf<C>['details']) => string } = {
  preemption: ({ by, cpuTo, inKernel }) =>
    join([
      runners('by', by),
      inKernel && 'in the kernel',
      cpuTo !== undefined && `to CPU ${cpuTo}`,
    ]),
  run_queue_wait: ({ by, newThread, ...wakeup }) =>
    join([runners('behind', by), woken(wakeup), newThread && 'first run of a new thread']),
  late_wakeup: ({ cpu, timer, ...wakeup }) =>
    join([timer === undefined ? `CPU ${cpu} was idle` : lateTimer(timer), woken(wakeup)]),
  migration: ({ from, to, mover }) =>
    join([`CPU ${from} to ${to}`, mover !== undefined && `by ${task(mover)}`]),
  throttled: ({ limits }) => list(limits.map(limit)),
  stopped: ({ by, signal, sender }) =>
    join([signal ?? by, sender !== undefined && `from ${task(sender)}`]),
  lock_wait: ({ futexAddress, kernelLock, operation, heldBy, releasedBy, priorityInversion }) =>
    join([
      futexAddress === undefined ? lockName(kernelLock) : `futex ${futexAddress}`,
      isSomebody(heldBy) && `held by ${task(heldBy)}`,
      isSomebody(releasedBy) &&
        `${hasOwner(operation) ? 'held' : 'released'} by ${task(releasedBy)}`,
      priorityInversion && 'priority inversion',
    ]),
  io_wait: ({ syscall, file, fd }) =>
    join([
      syscall !== undefined && `in ${syscall.name ?? `system call ${syscall.number}`}`,
      file !== undefined ? `of ${file}` : fd !== undefined && `of descriptor ${fd}`,
    ]),
  hard_irq: ({ irqs }) =>
    list(irqs.map(({ irq, name, count }) => `${name ?? `irq ${irq}`}${times(count)}`)),
  softirq: ({ vectors }) => list(vectors.map(({ name, count }) => `${name}${times(count)}`)),
  timer_tick: ({ count, nohzFull, keptOn }) =>
    join([
      times(count).trim(),
      nohzFull && keptOn !== undefined && `kept on by ${Object.keys(keptOn).join(' and ')}`,
    ]),
  ipi: ({ types, tlbFlushes, senders }) =>
    join([
      list(types.map(({ type, count }) => `${type}${times(count)}`)),
      tlbFlushes > 0 && `TLB flush${times(tlbFlushes)}`,
      senders.length > 0 && `from ${list(senders.map(sender))}`,
    ]),
  nmi: ({ handlers }) => list(handlers.map(({ name, address }) => name ?? address)),
  page_fault: ({ minor, major, faults }) =>
    join([
      minor > 0 && `${minor} minor`,
      major > 0 && `${major} major`,
      faults[0] !== undefined && `at ${faults[0].address} ${faults[0].mapping ?? ''}`.trim(),
    ]),
  reclaim: ({ by }) =>
    list(by.map(({ reason, pages }) => `${pages} pages freed for ${SHORT_OF_MEMORY[reason]}`)),
  compaction: ({ pages, order }) =>
    join([`${pages} pages moved`, order !== undefined && `order ${order}`]),
  numa_migration: ({ by }) =>
    list(by.map(({ reason, pages }) => `${pages} pages by ${reason.replace('_', ' ')}`)),
  thp: ({ pages, faults }) =>
    join([
      `${pages} huge page${pages === 1 ? '' : 's'}`,
      faults[0] !== undefined && `at ${faults[0].address} ${faults[0].mapping ?? ''}`.trim(),
    ]),
  c_state: ({ states }) =>
    list(
      states.map(
        ({ cpu, state, name, count }) =>
          `CPU ${cpu} leaving ${name ?? `state ${state}`}${times(count)}`,
      ),
    ),
  steal: ({ count }) => `by the hypervisor${times(count)}`,
  syscall: ({ calls }) =>
    list(
      calls.map(({ name, number, count }) => `${name ?? `system call ${number}`}${times(count)}`),
    ),
  gc_pause: ({ pauses }) =>
    list(
      pauses.map(({ kind, reason, count }) =>
        join([`${kind.replaceAll('_', ' ')}${times(count)}`, reason]),
      ),
    ),
  unexplained: () => '',
};

const SHORT_OF_MEMORY = { host: 'the host', cgroup: 'its cgroup', node: 'the node' } as const;

/** One part of a receipt: `preemption 3.01ms (by hog/412 SCHED_FIFO)`. */
export function partText(part: ReceiptPart): string {
  if (part.cause === 'unexplained') return restText(part);
  const evidence = (EVIDENCE[part.cause] as ((details: unknown) => string) | undefined)?.(
    part.details,
  );
  const time = `${part.cause} ${shortDuration(part.ns)}`;
  return evidence ? `${time} (${evidence})` : time;
}

/** One part of the receipt of a span, which has its own work and sleep, too. */
export function spanPartText(part: SpanPart): string {
  if (part.cause === 'span') return `own work ${shortDuration(part.ns)}`;
  if (part.cause !== 'sleep') return partText(part);
  const calls = part.details.calls.map(
    ({ name, number, count }) => `${name ?? `system call ${number}`}${times(count)}`,
  );
  const where = calls.length === 0 ? '' : ` (in ${list(calls)})`;
  return `sleep ${shortDuration(part.ns)}${where}`;
}

/** Between interferences that were merged the thread ran: that much is explained. */
function restText({ ns, details: { betweenNs } }: PartOf<'unexplained'>): string {
  return join(
    [
      ns > betweenNs && `unexplained ${shortDuration(ns - betweenNs)}`,
      betweenNs > 0 && `between them ${shortDuration(betweenNs)}`,
    ],
    ' + ',
  );
}

/** Longest list before it is cut. */
const MOST = 3;

function list(items: readonly string[]): string {
  const rest = items.length - MOST;
  const shown = items.slice(0, MOST).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function join(pieces: readonly (string | false | undefined)[], between = ', '): string {
  return pieces.filter((piece) => piece).join(between);
}

function task({ comm, tid }: Task): string {
  return comm === undefined ? String(tid) : `${comm}/${tid}`;
}

function runners(word: string, by: readonly (Task & { readonly policy?: string })[]): string {
  const names = by.map((runner) =>
    runner.policy === undefined || runner.policy === 'SCHED_OTHER'
      ? task(runner)
      : `${task(runner)} ${runner.policy}`,
  );
  return names.length === 0 ? '' : `${word} ${list(names)}`;
}

function lockName(lock: PartOf<'lock_wait'>['details']['kernelLock']): string {
  if (lock === undefined) return 'a lock of the kernel';
  if (lock.mmapLock === true) return 'the mmap lock of the process';
  return `${lock.type} ${lock.address} of the kernel`;
}

function limit({ type, cgroup, quotaUs, periodUs }: PartOf<'throttled'>['details']['limits'][0]) {
  const kind = type === 'deadline' ? 'budget' : type === 'realtime' ? 'real-time share' : type;
  return join(
    [
      cgroup === undefined ? kind : `${kind} of ${cgroup}`,
      quotaUs !== undefined &&
        periodUs !== undefined &&
        `${shortDuration(quotaUs * 1000)} per ${shortDuration(periodUs * 1000)}`,
    ],
    ' ',
  );
}

function sender(from: Task & { readonly callSiteName?: string }): string {
  const at = from.callSiteName === undefined ? '' : ` at ${from.callSiteName}`;
  return `${task(from)}${at}`;
}

function lateTimer({ cpu, lateNs, idle }: NonNullable<PartOf<'late_wakeup'>['details']['timer']>) {
  const state = idle === undefined ? '' : ` in ${idle.name ?? `state ${idle.state}`}`;
  return `its timer ${shortDuration(lateNs)} late on CPU ${cpu}${state}`;
}

function woken(wakeup: { readonly waker?: Task; readonly wokenByInterrupt?: boolean }) {
  // Whoever was on the CPU then had no part in it.
  if (wakeup.wokenByInterrupt === true) return 'woken by an interrupt';
  return isSomebody(wakeup.waker) && `woken by ${task(wakeup.waker)}`;
}

/** Tid 0 is the idle task of every CPU: it wakes nobody, an interrupt that hit it did. */
function isSomebody(waker: Task | undefined): waker is Task {
  return waker !== undefined && waker.tid !== 0;
}

/** Only a PI futex is let go by its owner alone; any thread may wake a waiter of FUTEX_WAIT. */
function hasOwner(operation: string | undefined): boolean {
  return operation === 'FUTEX_LOCK_PI' || operation === 'FUTEX_LOCK_PI2';
}

function times(count: number): string {
  return count > 1 ? ` ×${count}` : '';
}
