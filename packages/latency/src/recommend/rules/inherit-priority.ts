import type { Rule } from '../rule.js';

/** Lend the holder of a lock the priority of who waits for it. */
export const inheritPriority: Rule = ({ facts, culprit, pid }) => {
  const { lock } = facts;
  // A PI futex lends it already.
  if (lock?.futexAddress === undefined || lock.operation !== 'FUTEX_WAIT') return undefined;
  return {
    rule: 'inherit-priority',
    summary: `a thread waits for a lock that ${culprit}, which is weaker, holds: let the lock lend it its priority`,
    when: 'in_code',
    evidence: [
      {
        what: 'address of the lock',
        value: lock.futexAddress,
        source: `futex(2) of process ${pid}`,
      },
    ],
    expectedEffect: 'threads in between no longer keep the holder from letting it go',
    call: 'pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT)',
    caution: 'taking such a lock against others costs a system call',
  };
};
