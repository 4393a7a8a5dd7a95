import {
  BroadcastWriter,
  RecordKind,
  TaskTable,
  createRing,
  type CgroupDirectory,
  type EventSource,
  type EventSourceOptions,
  type InterruptTotals,
  type LossCounts,
  type ProbeEnvironment,
  type RecordRing,
  type RecordWriter,
  type RuntimeState,
  type SpanOrigins,
  type StackFrame,
  type StackResolver,
  type ThreadTotals,
} from '@hftmon/core';
import { bpfWorks, fakeEnvironment } from './fake-environment.js';
import { writeFakeRecord, type FakeRecord } from './fake-record.js';

export interface FakeEventSourceOptions {
  /** Records its ring holds, a power of two. Default 1024. */
  readonly capacity?: number;
  /** CLOCK_MONOTONIC ns of time 0. Default: now. */
  readonly epochMonotonicNs?: bigint;
  /** Default: a host that offers everything. */
  readonly environment?: ProbeEnvironment;
}

/** Losses of a source that has seen nothing. */
export const noLosses: LossCounts = {
  seen: 0,
  emitted: 0,
  filtered: 0,
  dropped: 0,
  byKind: new Map(),
  byCpu: [],
  untrackedThreads: 0,
};

/** Totals of a source that has seen no interrupt. */
export const noInterrupts: InterruptTotals = {
  hardIrqs: [],
  softirqs: [],
  vectors: [],
  tlbFlushes: [],
  nmis: [],
  deferrals: [],
  work: [],
  deviceWork: [],
  ticks: [],
  tlbSends: [],
};

/**
 * An event source whose records are pushed by the test, through a real ring. What a test sets
 * (`lossCounts`, `threadTotals`, `userStacks`, …) is what collectors are told.
 */
export class FakeEventSource implements EventSource {
  readonly environment: ProbeEnvironment;
  readonly epochMonotonicNs: bigint;
  readonly ring: RecordRing;
  readonly writer: RecordWriter;
  readonly tasks = new TaskTable();
  readonly stacks: StackResolver;
  /** Default: none can be told. */
  cgroups?: CgroupDirectory;
  /** Default: no spans. */
  spanOrigins?: SpanOrigins;
  runtimes?: readonly RuntimeState[];

  /** Names of the methods called, in order, with the pid where there is one. */
  readonly calls: string[] = [];
  /** What `losses` answers. */
  lossCounts: LossCounts = noLosses;
  /** What `totals` answers, by pid. */
  readonly threadTotals = new Map<number, ThreadTotals[]>();
  /** Frames by stack id. */
  readonly userStacks = new Map<number, StackFrame[]>();
  readonly kernelStacks = new Map<number, StackFrame[]>();
  /** Names of kernel functions by address. */
  readonly kernelSymbols = new Map<bigint, string>();
  /** What `interruptTotals` answers. */
  interruptCounts: InterruptTotals = noInterrupts;
  /** What the next `reap` answers; then it is empty again. */
  endedPids: number[] = [];
  /** Kinds and options of the last `open`. */
  kinds: ReadonlySet<RecordKind> = new Set();
  options: EventSourceOptions = {};

  constructor(options: FakeEventSourceOptions = {}) {
    this.environment =
      options.environment ??
      fakeEnvironment({ bpf: bpfWorks, tracepoints: 'all', capabilities: 'all' });
    this.epochMonotonicNs = options.epochMonotonicNs ?? process.hrtime.bigint();
    this.ring = createRing(options.capacity ?? 1024, { epochMonotonicNs: this.epochMonotonicNs });
    this.writer = new BroadcastWriter(this.ring);
    this.stacks = {
      user: (_pid, stackId) => this.userStacks.get(stackId) ?? [],
      kernel: (stackId) => this.kernelStacks.get(stackId) ?? [],
      kernelAddress: (address) => {
        const symbol = this.kernelSymbols.get(address);
        const known = symbol !== undefined;
        const module = known ? '[kernel]' : undefined;
        return { address, symbol, offset: known ? 0 : undefined, module };
      },
    };
  }

  get stacksFromNs(): number | undefined {
    return this.options.stacksFromNs;
  }

  /** Puts records into the ring. Task records also reach the directory, as those of the kernel. */
  push(...records: readonly FakeRecord[]): void {
    const { u32, f64 } = this.writer;
    for (const record of records) {
      const base = this.writer.claim();
      writeFakeRecord(u32, f64, base, record);
      if (record.kind === RecordKind.Task) this.tasks.add(u32, f64, base);
      this.writer.commit();
    }
  }

  open(kinds: ReadonlySet<RecordKind>, options: EventSourceOptions): void {
    this.kinds = kinds;
    this.options = options;
    this.calls.push('open');
  }

  start(): void {
    this.calls.push('start');
  }

  stop(): void {
    this.calls.push('stop');
  }

  close(): void {
    this.calls.push('close');
  }

  attach(pid: number): void {
    this.calls.push(`attach ${pid}`);
  }

  detach(pid: number): void {
    this.calls.push(`detach ${pid}`);
  }

  totals(pid: number): ThreadTotals[] {
    return this.threadTotals.get(pid) ?? [];
  }

  interruptTotals(): InterruptTotals {
    return this.interruptCounts;
  }

  losses(): LossCounts {
    return this.lossCounts;
  }

  flush(): void {
    this.calls.push('flush');
  }

  reap(): number[] {
    const ended = this.endedPids;
    this.endedPids = [];
    return ended;
  }
}
