import { taskRef, type CollectorContext, type TaskDirectory } from '@hftmon/core';
import { UNKNOWN_PRIORITY } from '../threads/thread-track.js';
import type { ChainLink, PriorityInversion } from '../types.js';
import { DEEPEST_CHAIN, Inversion, Link, type InversionLog } from './inversion-log.js';
import type { LentWaits } from './lent-waits.js';
import { NOT_LENT, futexOperationName } from './lock-wait.js';

/** Builds the answer for inversion `i` of the log. */
export function inversionInfo(
  log: InversionLog,
  i: number,
  { clock, source }: Pick<CollectorContext, 'clock' | 'source'>,
): PriorityInversion {
  const timestampNs = log.get(i, Inversion.StartNs);
  const endNs = log.get(i, Inversion.EndNs);
  const lent = log.get(i, Inversion.Lent);
  const queueNs = log.get(i, Inversion.QueueNs);
  const chain = loggedChain(log, i, source.tasks);
  const [waiter] = chain;
  return {
    timestamp: clock.toDate(timestampNs),
    timestampNs,
    durationUs: (endNs - timestampNs) / 1e3,
    pid: log.get(i, Inversion.Pid),
    tid: waiter!.tid,
    comm: waiter!.comm,
    chain,
    inherited: lent !== NOT_LENT,
    ...(lent !== NOT_LENT && { lentPriority: lent }),
    holderWaitUs: queueNs / 1e3,
    ...(queueNs > 0 && { ranInstead: taskRef(source.tasks, log.get(i, Inversion.Instead), endNs) }),
  };
}

/** The chain of inversion `i` of the log. */
export function loggedChain(log: InversionLog, i: number, tasks: TaskDirectory): ChainLink[] {
  const endNs = log.get(i, Inversion.EndNs);
  return Array.from({ length: log.get(i, Inversion.Depth) }, (_, link) =>
    chainLink(
      tasks,
      endNs,
      log.link(i, link, Link.Tid),
      log.link(i, link, Link.Priority),
      log.link(i, link, Link.Futex),
      log.link(i, link, Link.Operation),
    ),
  );
}

/** Whom a thread waits for now through locks that lend priorities, and so on; else `undefined`. */
export function presentChain(
  waits: LentWaits,
  tid: number,
  nowNs: number,
  tasks: TaskDirectory,
): ChainLink[] | undefined {
  const chain: ChainLink[] = [];
  for (let waiter = tid; ;) {
    const wait = waits.of(waiter);
    if (wait === undefined) return chain.length === 0 ? undefined : chain;
    const { waiterPriority, futex, operation, holder, holderPriority } = wait;
    chain.pop(); // the waiting task, which was only known as a holder
    chain.push(chainLink(tasks, nowNs, waiter, waiterPriority, futex, operation));
    const isKnown = chain.some((link) => link.tid === holder);
    chain.push(chainLink(tasks, nowNs, holder, holderPriority, 0, 0));
    if (isKnown || chain.length === DEEPEST_CHAIN) return chain;
    waiter = holder;
  }
}

function chainLink(
  tasks: TaskDirectory,
  atNs: number,
  tid: number,
  kernelPriority: number,
  futex: number,
  operation: number,
): ChainLink {
  return {
    ...taskRef(tasks, tid, atNs),
    ...(kernelPriority !== UNKNOWN_PRIORITY && { kernelPriority }),
    ...(futex !== 0 && {
      waitsFor: {
        futexAddress: `0x${futex.toString(16)}`,
        operation: futexOperationName(operation),
      },
    }),
  };
}
