import { HelperProcess, type Message } from '../../run/helper-process.js';
import type { Stage } from './stage.js';

/** Times at which a thread was disturbed. */
export interface Injection {
  readonly tid: number;
  /** All threads of the process were, not that one alone. */
  readonly everyThread?: boolean;
  /** Start and end, CLOCK_MONOTONIC ns. */
  readonly intervals: readonly (readonly [number, number])[];
}

/** One way to disturb the engine. */
export interface Disturbance {
  readonly id: string;
  readonly title: string;
  /** Causes that are a right answer. */
  readonly expected: readonly string[];
  /**
   * What has to show it: a spike, or an interrupt of this source, where one alone is too short to
   * be a spike.
   */
  readonly interrupt?: string;
  /** Why it may go unseen on a sound host; absent: it may not. */
  readonly mayMiss?: string;
  inject(stage: Stage): Promise<Injection>;
}

/** How often each is done. */
const COUNT = 7;
/** TLB shootdowns, which are short. */
const SHOOTDOWNS = 53;

/** In the order in which they are done. */
export const DISTURBANCES: readonly Disturbance[] = [
  {
    id: 'real-time-task',
    title: 'a real-time task takes the CPU for 3 ms',
    expected: ['preemption'],
    inject: ({ cpu, engineTid }) =>
      runOnce('hog', { cpu, policy: 'fifo', us: 3000, tid: engineTid, count: COUNT }),
  },
  {
    id: 'competitor',
    title: 'a task of equal priority wants the CPU',
    expected: ['preemption', 'run_queue_wait'],
    inject: ({ cpu, engineTid }) =>
      runOnce('hog', { cpu, policy: 'other', us: 9000, tid: engineTid, count: COUNT }),
  },
  {
    id: 'late-heartbeat',
    title: 'the heartbeat is due while a real-time task runs',
    expected: ['run_queue_wait', 'late_wakeup', 'preemption'],
    async inject({ engine, cpu, heartbeatTid }) {
      await engine.ask('beat', 1);
      const options = { cpu, policy: 'fifo', us: 4000, tid: heartbeatTid, count: COUNT };
      const injection = await runOnce('hog', options);
      await engine.ask('rest', 1);
      return injection;
    },
  },
  {
    id: 'stop',
    title: 'somebody stops the process for 4 ms (SIGSTOP)',
    expected: ['stopped'],
    async inject({ cpu, pid, engineTid }) {
      const options = { pid, tid: engineTid, us: 4000, 'off-cpu': cpu, count: COUNT };
      return { ...(await runOnce('stopper', options)), everyThread: true };
    },
  },
  {
    id: 'page-faults',
    title: 'the engine grows its memory',
    expected: ['page_fault'],
    inject: async ({ engine }) => injectionOf(await engine.ask('faults', COUNT)),
  },
  {
    id: 'lock',
    title: 'another thread holds the lock of the positions',
    expected: ['lock_wait'],
    inject: async ({ engine }) => injectionOf(await engine.ask('lock', COUNT)),
  },
  {
    id: 'fsync',
    title: 'the engine writes its log to disk (fsync)',
    // A fast virtual disk completes within the system call itself: then nobody waits.
    expected: ['io_wait', 'syscall'],
    mayMiss: 'a disk that answers at once keeps nobody waiting',
    inject: async ({ engine }) => injectionOf(await engine.ask('fsync', COUNT)),
  },
  {
    id: 'system-call',
    title: 'the engine asks the kernel for 1 MiB of random numbers',
    expected: ['syscall'],
    inject: async ({ engine }) => injectionOf(await engine.ask('syscall', COUNT)),
  },
  {
    id: 'tlb-shootdown',
    title: 'another thread gives a page back (TLB shootdown)',
    expected: ['ipi'],
    interrupt: 'tlb_shootdown',
    mayMiss:
      'no interrupt is needed while the engine is off its CPU, nor where flushes are broadcast',
    inject: async ({ engine }) => injectionOf(await engine.ask('tlb', SHOOTDOWNS)),
  },
];

async function runOnce(
  mode: string,
  options: Readonly<Record<string, string | number>>,
): Promise<Injection> {
  const disturber = new HelperProcess('hftmon-demo', mode, options);
  try {
    return injectionOf(await disturber.next());
  } finally {
    await disturber.kill();
  }
}

function injectionOf({ tid, intervals }: Message): Injection {
  return { tid: tid as number, intervals: intervals as [number, number][] };
}
