import type { LateWakeupDetails, LockShare } from '../types/details/blocking.js';
import type { ThrottleLimit } from '../types/details/context-switch.js';
import type { TaskShare } from '../types/details/refs.js';
import type { LatencySpike, ReceiptPart } from '../types/spike.js';

/** What a rule is about: causes that the same change would remove. */
export type Topic =
  | 'competitor'
  | 'hard_irq'
  | 'softirq'
  | 'timer_tick'
  | 'tlb_shootdown'
  | 'page_fault'
  | 'compaction'
  | 'numa_migration'
  | 'throttled'
  | 'late_wakeup'
  | 'migration'
  | 'mmap_lock'
  | 'priority_inversion';

/** Evidence that rules need beyond names and times. */
export interface ContributionFacts {
  /** Who had the CPU. */
  readonly task?: TaskShare;
  readonly irq?: number;
  readonly limit?: ThrottleLimit;
  readonly lock?: LockShare;
  readonly majorFaults?: number;
  /** log2 of the pages in a row that were wanted. */
  readonly order?: number;
}

/** Time of a spike that one culprit took. */
export interface Contribution {
  readonly topic: Topic;
  /** Name of the culprit, the same in every spike. */
  readonly culprit: string;
  readonly ns: number;
  /** CPU where it was lost. */
  readonly cpu: number;
  /** Task that is the culprit. */
  readonly tid?: number;
  readonly facts: ContributionFacts;
}

/** What a receipt has to say to the rules; causes that no tuning removes are left out. */
export function contributionsOf({ receipt, cpu }: LatencySpike): Contribution[] {
  return receipt.parts.flatMap((part) => ofPart(part, cpu));
}

function ofPart(part: ReceiptPart, cpu: number): Contribution[] {
  const { ns } = part;
  switch (part.cause) {
    case 'preemption':
    case 'run_queue_wait':
      return part.details.by.map((task) => ofTask(task, part.details.cpu));
    case 'hard_irq':
      return part.details.irqs.flatMap(({ irq, name, ns }) =>
        irq === undefined
          ? []
          : [{ topic: 'hard_irq', culprit: named(irq, name), ns, cpu, facts: { irq } }],
      );
    case 'softirq':
      return part.details.vectors.map(({ name, ns }) => ({
        topic: TICK_SOFTIRQS.has(name) ? 'timer_tick' : 'softirq',
        culprit: TICK_SOFTIRQS.has(name) ? TICK : name,
        ns,
        cpu,
        facts: {},
      }));
    case 'timer_tick':
      return [{ topic: 'timer_tick', culprit: TICK, ns, cpu, facts: {} }];
    case 'ipi':
      if (part.details.tlbFlushes === 0) return [];
      return part.details.senders.map(({ tid, comm, ns }) => ({
        topic: 'tlb_shootdown',
        culprit: comm,
        ns,
        cpu,
        tid,
        facts: {},
      }));
    case 'page_fault': {
      const { major } = part.details;
      const culprit = major > 0 ? 'major faults' : 'minor faults';
      return [{ topic: 'page_fault', culprit, ns, cpu, facts: { majorFaults: major } }];
    }
    case 'thp':
      return [{ topic: 'page_fault', culprit: 'huge pages', ns, cpu, facts: {} }];
    case 'compaction': {
      const { order } = part.details;
      const facts = order === undefined ? {} : { order };
      return [{ topic: 'compaction', culprit: 'compaction', ns, cpu, facts }];
    }
    case 'numa_migration':
      return part.details.by.map(({ reason, ns }) => ({
        topic: 'numa_migration',
        culprit: reason,
        ns,
        cpu,
        facts: {},
      }));
    case 'throttled':
      return part.details.limits.map((limit) => ({
        topic: 'throttled',
        culprit: `${limit.type} ${limit.cgroup ?? ''}`.trim(),
        ns: limit.ns,
        cpu,
        facts: { limit },
      }));
    case 'late_wakeup':
      return lateOnIdleCpus(part.details, ns);
    case 'c_state':
      return part.details.states.map(({ cpu, ns }) =>
        at(cpu, 'late_wakeup', `idle CPU ${cpu}`, ns),
      );
    case 'migration':
      return [at(part.details.to, 'migration', 'the scheduler', ns)];
    case 'lock_wait':
      return part.details.locks.flatMap((lock) => ofLock(lock, cpu));
    default:
      return [];
  }
}

/** Softirqs that the tick raises. */
const TICK_SOFTIRQS: ReadonlySet<string> = new Set(['TIMER', 'SCHED', 'RCU']);
const TICK = 'timer tick';

function ofTask(task: TaskShare, cpu: number): Contribution {
  const { tid, comm, ns } = task;
  // Tasks of one name are one culprit: a build is a thousand short-lived compilers.
  return { topic: 'competitor', culprit: comm || String(tid), ns, cpu, tid, facts: { task } };
}

function ofLock(lock: LockShare, cpu: number): Contribution[] {
  const { ns, releasedBy, kernelLock, priorityInversion } = lock;
  const facts = { lock };
  if (kernelLock?.mmapLock === true) {
    return [{ topic: 'mmap_lock', culprit: 'mmap lock', ns, cpu, facts }];
  }
  if (priorityInversion !== true || releasedBy === undefined) return [];
  const { tid, comm } = releasedBy;
  return [{ topic: 'priority_inversion', culprit: comm || String(tid), ns, cpu, tid, facts }];
}

/** A timer that was late on a CPU that was not idle, or polled, tells nothing of idle states. */
function lateOnIdleCpus({ cpu, timer }: LateWakeupDetails, ns: number): Contribution[] {
  const early = timer?.ns ?? 0;
  const asleep = timer?.idle !== undefined && timer.idle.exitLatencyUs !== 0;
  const times = [{ cpu, ns: ns - early }, ...(asleep ? [{ cpu: timer.cpu, ns: early }] : [])];
  return times
    .filter((time) => time.ns > 0)
    .map((time) => at(time.cpu, 'late_wakeup', `idle CPU ${time.cpu}`, time.ns));
}

function at(cpu: number, topic: Topic, culprit: string, ns: number): Contribution {
  return { topic, culprit, ns, cpu, facts: {} };
}

function named(irq: number, name: string | undefined): string {
  return name === undefined ? `irq ${irq}` : `irq ${irq} (${name})`;
}
