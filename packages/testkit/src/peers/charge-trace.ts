import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { needs, type Requirement } from '../requirements/requirements.js';

/** bpftrace, an independent observer of the scheduler. */
export const bpftraceTool: Requirement = () => needs.bpf() ?? needs.tool('bpftrace')();

/** Where the scheduler's charge for a thread's run time differs from the time between its switches. */
export interface Charges {
  /** Runs whose beginning and end were seen. */
  readonly runs: number;
  /** Those that began or ended while a wake-up wanted the CPU for another thread. */
  readonly wokenInto: number;
  /**
   * How much less those lasted by the clock of the run queue, ns. A switch that a wake-up brings
   * about is stamped with the time of the wake-up: the scheduler does not read its clock again.
   */
  readonly chargedToNextNs: number;
  /**
   * Time in the runs that is charged to nobody, ns: the hypervisor's, and that of interrupts where
   * the kernel accounts for it. It is the clock of the run queue less that of its tasks.
   */
  readonly withheldNs: number;
  /** Switches of the thread that the kernel counted and the observer did not see: 0, or all this is in doubt. */
  readonly missed: number;
}

/*
 * Within a switch the clock of the run queue stands still. The two readings of `behind` of a run
 * differ by what the clock was late at its end more than at its beginning.
 */
const script = (tid: number) => `
  tracepoint:sched:sched_switch {
    $task = (struct task_struct *)curtask;
    $rq = $task->se.cfs_rq->rq;
    $behind = nsecs - $rq->clock;
    $withheld = $rq->clock - $rq->clock_task;
    $woken = @woken[cpu];
    @woken[cpu] = 0;
    if ($woken) { @observing = 1; }
    if (args->prev_pid == ${tid}) {
      $switches = $task->nvcsw + $task->nivcsw;
      if (@switches) { @missed += $switches - @switches - 1; }
      @switches = $switches;
      if (@running) {
        @runs++;
        @withheld += $withheld - @withheld_before;
        if ($woken || @woken_before) { @woken_into++; @early += $behind - @behind_before; }
      }
      @running = 0;
    }
    if (args->next_pid == ${tid}) {
      @running = 1;
      @behind_before = $behind;
      @withheld_before = $withheld;
      @woken_before = $woken;
    }
  }
  tracepoint:sched:sched_wakeup, tracepoint:sched:sched_wakeup_new { @woken[args->target_cpu] = 1; }
  interval:ms:50 {
    printf("%d %d %d %d %d %d\\n", @observing, @runs, @woken_into, (int64)@early, (int64)@withheld, @missed);
  }
  interval:s:60 { exit(); }`;

/** Observes one thread until it is disposed of, but no longer than a minute. */
export class ChargeTrace implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #ended: Promise<unknown>;
  #errors = '';

  private constructor(tid: number) {
    this.#child = spawn('bpftrace', ['-B', 'line', '-e', script(tid)]);
    this.#ended = once(this.#child, 'close');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /**
   * Returns when the thread is observed.
   * @throws when bpftrace can't
   */
  static async start(tid: number): Promise<ChargeTrace> {
    const trace = new ChargeTrace(tid);
    let observing: number | undefined = 0;
    while (observing !== 1) [observing] = await trace.#next();
    return trace;
  }

  /** What was observed since the start. */
  async charges(): Promise<Charges> {
    // This line may tell of a moment before the call.
    await this.#next();
    const [, runs, wokenInto, chargedToNextNs, withheldNs, missed] = await this.#next();
    return {
      runs: runs!,
      wokenInto: wokenInto!,
      chargedToNextNs: chargedToNextNs!,
      withheldNs: withheldNs!,
      missed: missed!,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The numbers of the next line that has some. */
  async #next(): Promise<number[]> {
    for (;;) {
      const line = await Promise.race([
        once(this.#lines, 'line'),
        this.#ended.then(() => undefined),
      ]);
      if (line === undefined) throw new Error(`bpftrace ended: ${this.#errors}`);
      const text = String(line[0]);
      if (/^(-?\d+ ){5}-?\d+$/.test(text)) return text.split(' ').map(Number);
    }
  }
}
