import type { RecordKind } from '../record/record-kind.js';
import type { RecordBatch } from '../ring/record-batch.js';
import type { RecordRing } from '../ring/record-ring.js';
import type { RecordWriter } from '../ring/record-writer.js';
import type { ProbeEnvironment } from '../collector/support.js';
import type { CgroupDirectory } from './cgroup-directory.js';
import type { InterruptTotals } from './interrupt-totals.js';
import type { LossCounts } from './loss-counts.js';
import type { TaskDirectory } from './task-directory.js';
import type { ThreadTotals } from './thread-totals.js';
import type { SpanOrigins } from './span-origins.js';
import type { RuntimeState } from './runtime-state.js';
import type { SpanProbe } from './span-probe.js';
import type { StackResolver } from './stack-resolver.js';

/** Filters and switches of the event source; all of them act in the kernel. */
export interface EventSourceOptions {
  /** Shortest duration in ns that a kind must have to be emitted; shorter ones are only counted. */
  readonly minDurationNs?: Readonly<Partial<Record<RecordKind, number>>>;
  /**
   * Record user and kernel stacks of off-CPU intervals at least this long; absent: no stacks. A thread's
   * own is taken whenever it leaves its CPU, since nobody knows then for how long: that costs each
   * switch some microseconds, whatever the length asked for. Those of who had its CPU meanwhile are
   * taken when they leave it in turn, and only after runs at least this long.
   */
  readonly stacksFromNs?: number;
  /** Follow children of the targets, not just their threads. Default false. */
  readonly followChildren?: boolean;
  /** Spans of programs that can't be changed; makes Span records. */
  readonly spanProbes?: readonly SpanProbe[];
  /** CPUs for the pump thread; default: every online CPU but isolated ones. */
  readonly cpuAffinity?: readonly number[];
  /** SCHED_FIFO priority of the pump thread, 0 for none. */
  readonly realtimePriority?: number;
  /**
   * How often the pump looks, ns; it looks more often by itself when rings fill, and a quarter as
   * often while few records come and busy delivery pulls them.
   */
  readonly pollIntervalNs?: number;
  /** The pump never sleeps. Busy delivery does not need it: it pulls records by itself. */
  readonly busy?: boolean;
  /** Records the history ring holds; rounded up to a power of two. */
  readonly historyRecords?: number;
  /** Records each CPU's kernel ring holds between two looks of the pump; a power of two. */
  readonly kernelRecordsPerCpu?: number;
}

/**
 * Where kernel events come from. `@hftmon/perf-native` implements it with BPF; a test may
 * implement it over a ring it fills itself.
 */
export interface EventSource {
  /** What this host offers, for `Collector.probe`. */
  readonly environment: ProbeEnvironment;
  /** CLOCK_MONOTONIC ns of the session epoch (time 0 of every record). */
  readonly epochMonotonicNs: bigint;
  /** The history ring. Valid between `open` and `close`. */
  readonly ring: RecordRing;
  /** Writes application and plugin records into the stream. */
  readonly writer: RecordWriter;
  readonly tasks: TaskDirectory;
  readonly stacks: StackResolver;
  /** `stacksFromNs` of its options, also after `close`; absent: no stacks are taken. */
  readonly stacksFromNs?: number | undefined;
  /** Cgroups of the tasks. Absent when the source cannot tell any. */
  readonly cgroups?: CgroupDirectory;
  /** Names of spans, and the accounts of the marks. Absent when the source makes no spans. */
  readonly spanOrigins?: SpanOrigins | undefined;
  /** Targets with a runtime that is seen at work. Absent when the source makes no Pause records. */
  readonly runtimes?: readonly RuntimeState[] | undefined;

  /**
   * Loads what the kinds need, without attaching. Called once before everything below but
   * `close`; may be called again after it threw.
   * @throws MonitorError
   */
  open(kinds: ReadonlySet<RecordKind>, options: EventSourceOptions): void;
  /** When the probes were last at work from, ns since the epoch. Absent when it isn't known. */
  readonly startedNs?: number | undefined;
  /** Attaches the probes and opens the gate. */
  start(): void;
  /** Closes the gate, detaches, and drains what was emitted into the history ring. */
  stop(): void;
  /** Frees everything; kept totals stay readable. Idempotent. */
  close(): void;

  /**
   * Follows all threads of a process, present and future. The session calls it after `open`, for
   * processes that were attached before it started also before `start`, once per process.
   * @throws ProcessNotFoundError when it is gone, a zombie or a kernel thread
   */
  attach(pid: number): void;
  /**
   * Adds a span probe to all targets; one of a source that was opened with `spanProbes`. Absent
   * when the source makes no spans.
   * @throws MonitorError
   */
  addSpanProbe?(probe: SpanProbe): void;
  /** Forgets a process and its threads. */
  detach(pid: number): void;

  /** Exact per-thread totals since attach, from the kernel's thread table. */
  totals(pid: number): ThreadTotals[];
  /**
   * Exact totals per interrupt source and CPU since the start, also of what was filtered.
   * Absent when the source doesn't keep any.
   */
  interruptTotals?(): InterruptTotals;
  /** seen = emitted + filtered + dropped, per CPU and kind. */
  losses(): LossCounts;
  /** `losses().dropped` alone, for who asks often. Absent: it is taken from there. */
  dropped?(): number;
  /** Moves what the pump holds into the ring now; used by queries that must see the latest. */
  flush(): void;
  /**
   * Moves what has come by now into the ring, for a delivery that never sleeps: called at each of
   * its polls. Hot path: cheap when nothing has come, never waits, no allocation, never throws.
   * Absent: what comes reaches the ring by itself.
   */
  pull?(): void;
  /** Nothing has come for a while, see `idle` of a collector. Never waits, never throws. */
  idle?(): void;
  /** Housekeeping at each delivery: notices ended threads and processes. Returns ended pids. */
  reap(): number[];
  /**
   * Shows the source every batch before the collectors get it, for example to feed its
   * `TaskTable`. Hot path: no allocation, never throws.
   */
  observe?(batch: RecordBatch): void;
}
