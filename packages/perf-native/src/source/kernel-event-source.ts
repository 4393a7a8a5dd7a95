import {
  createError,
  isKernelKind,
  RecordKind,
  SpscWriter,
  TaskTable,
  type EventSource,
  type EventSourceOptions,
  type InterruptTotals,
  type LossCounts,
  type RuntimeState,
  type RecordBatch,
  type RecordRing,
  type RecordWriter,
  type SpanOrigins,
  type SpanProbe,
  type ThreadTotals,
} from '@hftmon/core';
import { createProbeEnvironment, type HostEnvironment } from '../capabilities/probe-environment.js';
import { CONFIG } from '../layout.js';
import { nativeLibrary, type NativeOptions } from '../native/bindings.js';
import { NativeSession } from '../native/native-session.js';
import { Cgroups } from '../proc/cgroups.js';
import { readText } from '../proc/read.js';
import { listTasks } from '../proc/tasks.js';
import { Symbolizer } from '../symbols/symbolizer.js';
import {
  ThreadStateSampler,
  type ThreadStateSamplerOptions,
} from '../states/thread-state-sampler.js';
import { configureProbes } from './configure-probes.js';
import { readInterruptTotals } from './interrupt-totals.js';
import { readDropped, readLosses } from './loss-reader.js';
import { nativeOptions, wantsSpanProbes } from './native-options.js';
import type { Follower } from './follower.js';
import { KernelBacklog } from './kernel-backlog.js';
import { ProcessFollower } from './process-follower.js';
import { ProcessWatch } from './process-watch.js';
import { requireBpf } from './require-bpf.js';
import { readPumpStats, type PumpStats } from './pump-stats.js';
import { readU64At, SharedMemory } from './shared-memory.js';
import { SessionStacks } from './session-stacks.js';
import { UserSpaceFollower } from './user-space-follower.js';

/** Calls of `reap` between two looks at the thread table. */
const REAP_EVERY = 5;

/** Marks of applications wait in their own memory, which is looked at in each so many pulls. */
const LOOK_AT_MARKS_EVERY = 8;

/** What is open between `open` and `close`. */
interface OpenState {
  readonly session: NativeSession;
  readonly memory: SharedMemory;
  readonly follower: Follower;
  readonly userSpace: UserSpaceFollower;
  readonly backlog: KernelBacklog;
  /** Does the pump leave anything to pull? */
  readonly busy: boolean;
  readonly ring: RecordRing;
  readonly writer: RecordWriter;
  /** Possible CPUs; 0 in a session without BPF. */
  readonly cpus: number;
  /** Probe groups that are attached. */
  readonly groups: number;
}

/** What stays readable after `close`. */
interface LastState {
  readonly totals: ReadonlyMap<number, ThreadTotals[]>;
  readonly losses: LossCounts;
  readonly interrupts: InterruptTotals;
  readonly pump: PumpStats;
  readonly userSpace: UserSpaceFollower;
}

const NOTHING = new Uint32Array(0);
const NO_LOSSES = readLosses(NOTHING, 0, 0);
const NO_INTERRUPTS = readInterruptTotals(NOTHING, 0, false, 0);

/**
 * Kernel events of the running host by BPF: the probes that the asked-for kinds need, the thread
 * table that keeps exact totals, and the pump that fills the history ring.
 */
export class KernelEventSource implements EventSource {
  readonly environment: HostEnvironment;
  readonly epochMonotonicNs: bigint;
  readonly tasks = new TaskTable();
  readonly stacks: SessionStacks;
  readonly cgroups: Cgroups;
  readonly #symbolizer: Symbolizer;
  #open: OpenState | undefined;
  #reaps = 0;
  #pulls = 0;
  #nextSequence = 0;
  #last: LastState | undefined;
  #stoppedNs: number | undefined;
  #startedNs: number | undefined;
  #stacksFromNs: number | undefined;
  /** Those of threads of this session that were made and may be running. */
  #samplers: ThreadStateSampler[] = [];

  constructor(environment: HostEnvironment = createProbeEnvironment()) {
    this.environment = environment;
    this.epochMonotonicNs = process.hrtime.bigint();
    this.cgroups = new Cgroups(environment.procRoot);
    this.#symbolizer = new Symbolizer({ procRoot: environment.procRoot });
    this.stacks = new SessionStacks(this.#symbolizer, (id) => this.#open?.session.stack(id) ?? []);
  }

  get startedNs(): number | undefined {
    return this.#startedNs;
  }

  get stacksFromNs(): number | undefined {
    return this.#stacksFromNs;
  }

  get ring(): RecordRing {
    return this.#live().ring;
  }

  get writer(): RecordWriter {
    return this.#live().writer;
  }

  /**
   * Loads the BPF programs that the kinds need, if any. Nothing is attached yet.
   * @throws PermissionError, HardwareNotSupportedError with the reason and the remedy
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` and those of the CPUs and priority
   */
  open(kinds: ReadonlySet<RecordKind>, options: EventSourceOptions): void {
    if (this.#open !== undefined) {
      throw createError('HFTMON_E_SESSION_STATE', { operation: 'open', state: 'open' });
    }
    const { environment } = this;
    if (wantsSpanProbes(kinds, options) || [...kinds].some(isKernelKind)) requireBpf(environment);
    const native = nativeOptions(kinds, options, environment, this.epochMonotonicNs);
    const request = { kinds, options, groups: native.groups, environment };
    const session = new NativeSession(native);
    this.#stacksFromNs = options.stacksFromNs;
    try {
      const memory = new SharedMemory(session);
      if (native.groups !== 0) configureProbes(memory, request);
      this.#open = {
        session,
        memory,
        follower: this.#follower(session, memory, native),
        userSpace: new UserSpaceFollower(session, memory, request),
        backlog: new KernelBacklog(memory.cpus, native.groups === 0 ? 0 : native.cpus),
        busy: native.busy !== 0,
        ring: { buffer: memory.history, byteOffset: 0, capacity: native.history_records },
        writer: new SpscWriter({
          buffer: memory.input,
          byteOffset: 0,
          capacity: native.input_records,
        }),
        cpus: native.groups === 0 ? 0 : native.cpus,
        groups: native.groups,
      };
    } catch (error) {
      session.close();
      throw error;
    }
  }

  start(): void {
    const { session, follower } = this.#live();
    this.#stoppedNs = undefined;
    session.start();
    this.#startedNs = Number(nativeLibrary().monotonicNs() - this.epochMonotonicNs);
    follower.catchUp();
  }

  /** Shuts the gate and moves the last records into the ring. Totals stand still from here on. */
  stop(): void {
    if (this.#open === undefined) return;
    // From here on they would see threads that stand still.
    for (const sampler of this.#samplers) sampler.stop();
    this.#samplers = [];
    this.#stoppedNs ??= Number(nativeLibrary().monotonicNs());
    this.#open.session.stop();
  }

  /** Frees everything; the last totals and losses stay readable. Idempotent. */
  close(): void {
    if (this.#open === undefined) return;
    this.stop();
    this.#last = {
      totals: new Map(this.#open.follower.pids().map((pid) => [pid, this.totals(pid)])),
      losses: this.losses(),
      interrupts: this.interruptTotals(),
      pump: this.pumpStats(),
      userSpace: this.#open.userSpace,
    };
    this.#open.userSpace.close();
    this.#open.session.close();
    this.#open = undefined;
  }

  /** Names of spans and accounts of marks, also after `close`; absent when no spans were asked for. */
  get spanOrigins(): SpanOrigins | undefined {
    return (this.#open ?? this.#last)?.userSpace.spanOrigins;
  }

  /** Targets that run V8, also after `close`; absent where it can't be seen at work. */
  get runtimes(): readonly RuntimeState[] | undefined {
    return (this.#open ?? this.#last)?.userSpace.runtimes;
  }

  attach(pid: number): void {
    const { memory, follower, userSpace } = this.#live();
    follower.follow(pid);
    try {
      userSpace.follow(pid);
      this.#introduce(pid);
    } catch (error) {
      this.detach(pid);
      throw error;
    }
    if (memory.config[CONFIG.stacks / 4] === 1) this.#symbolizer.capture(pid);
  }

  /**
   * Probes a span of all targets, from now on.
   * @throws ConfigurationError, HardwareNotSupportedError, PermissionError as `open` and `attach`;
   *   `HFTMON_E_CONFIG_INVALID` when it was opened without `spanProbes`
   */
  addSpanProbe(probe: SpanProbe): void {
    this.#live().userSpace.addSpanProbe(probe);
  }

  detach(pid: number): void {
    this.#open?.userSpace.forget(pid);
    this.#open?.follower.forget(pid);
  }

  totals(pid: number): ThreadTotals[] {
    return this.#open?.follower.totals(pid) ?? this.#last?.totals.get(pid) ?? [];
  }

  losses(): LossCounts {
    if (this.#open === undefined) return this.#last?.losses ?? NO_LOSSES;
    const { memory, cpus } = this.#open;
    if (cpus === 0) return NO_LOSSES;
    return readLosses(memory.cpus, cpus, readU64At(memory.config, CONFIG.untrackedThreads));
  }

  dropped(): number {
    if (this.#open === undefined) return this.losses().dropped;
    const { memory, cpus } = this.#open;
    return cpus === 0 ? 0 : readDropped(memory.cpus, cpus);
  }

  /** Totals per interrupt source and CPU since the start, targets' and others'. */
  interruptTotals(): InterruptTotals {
    if (this.#open === undefined) return this.#last?.interrupts ?? NO_INTERRUPTS;
    const { memory, cpus, groups } = this.#open;
    if (cpus === 0) return NO_INTERRUPTS;
    const tlbFlushKnown = memory.config64[CONFIG.tlbFlushFunction / 8] !== 0n;
    return readInterruptTotals(memory.sources, cpus, tlbFlushKnown, groups);
  }

  /**
   * A sampler of followed threads, not started yet; ended with this source at the latest.
   * @throws ConfigurationError, ProcessNotFoundError as the constructor of the sampler
   */
  createThreadStateSampler(options: ThreadStateSamplerOptions): ThreadStateSampler {
    const { session } = this.#live();
    const sampler = new ThreadStateSampler(session.handle, options, this.environment);
    this.#samplers = [...this.#samplers.filter(({ ended }) => !ended), sampler];
    return sampler;
  }

  /** What the pump thread did and cost. */
  pumpStats(): PumpStats {
    if (this.#open === undefined) return this.#last?.pump ?? readPumpStats(NOTHING);
    return readPumpStats(this.#open.memory.pump);
  }

  /** Stacks that were wanted but not taken: the table was full, or two would have shared an id. */
  stackFailures(): number {
    if (this.#open === undefined || this.#open.cpus === 0) return 0;
    return readU64At(this.#open.memory.config, CONFIG.stackFailures);
  }

  flush(): void {
    this.#open?.session.flush();
  }

  /** Moves what has come since, without the pump; a busy pump needs no help. */
  pull(): void {
    const open = this.#open;
    if (open === undefined || open.busy) return;
    const marks = open.userSpace.hasMarks && ++this.#pulls % LOOK_AT_MARKS_EVERY === 0;
    if (marks || open.backlog.waiting) open.session.pull();
  }

  /** A pull that finds nothing, so that the next one finds its code in the caches. */
  idle(): void {
    const open = this.#open;
    if (open !== undefined && !open.busy) open.session.pull();
  }

  reap(): number[] {
    const { follower, userSpace } = this.#live();
    this.#reaps++;
    userSpace.look();
    if (this.#reaps % REAP_EVERY !== 0) return [];
    userSpace.followChildren(follower.children());
    return follower.reap();
  }

  observe(batch: RecordBatch): void {
    // What was overwritten may have told who a task is: have every task described again.
    if (batch.firstSequence !== this.#nextSequence && this.#open?.cpus) {
      const generation = CONFIG.taskGeneration / 4;
      this.#open.memory.config[generation] = (this.#open.memory.config[generation] as number) + 1;
    }
    this.#nextSequence = (batch.firstSequence + batch.count) >>> 0;
    this.tasks.onRecords(batch);
  }

  #live(): OpenState {
    if (this.#open !== undefined) return this.#open;
    throw createError('HFTMON_E_SESSION_STATE', { operation: 'use', state: 'closed' });
  }

  #follower(
    session: NativeSession,
    memory: SharedMemory,
    { groups, cpus }: NativeOptions,
  ): Follower {
    const { procRoot } = this.environment;
    if (groups === 0) return new ProcessWatch(procRoot);
    return new ProcessFollower(session, memory.threads, procRoot, cpus, () => ({
      nowMonotonicNs: () => this.#stoppedNs ?? Number(nativeLibrary().monotonicNs()),
      epochMonotonicNs: Number(this.epochMonotonicNs),
      groups,
      comm: (pid, tid) => this.#comm(pid, tid),
    }));
  }

  /** Names the threads that run already: records of a thread tell who it met, not who it is. */
  #introduce(pid: number): void {
    const nowNs = Number(nativeLibrary().monotonicNs() - this.epochMonotonicNs);
    for (const task of listTasks(pid, this.environment.procRoot)) this.tasks.set(task, nowNs);
  }

  #comm(pid: number, tid: number): string {
    const { procRoot } = this.environment;
    const live = readText(`${procRoot}/${pid}/task/${tid}/comm`)?.trimEnd();
    return live ?? this.tasks.lookup(tid)?.comm ?? '';
  }
}
