import {
  BroadcastWriter,
  TaskTable,
  createRing,
  type EventSource,
  type EventSourceOptions,
  type LossCounts,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordKind,
  type RecordRing,
  type StackResolver,
  type ThreadTotals,
} from '../../src/index.js';
import { fillRecord } from './sequence.js';

/** An event source over a ring that the test fills. It notes every call. */
export class FakeSource implements EventSource {
  readonly calls: string[] = [];
  readonly epochMonotonicNs = process.hrtime.bigint();
  readonly environment: ProbeEnvironment;
  readonly tasks = new TaskTable();
  readonly stacks: StackResolver = {
    user: () => [],
    kernel: () => [],
    kernelAddress: (address) => ({
      address,
      symbol: undefined,
      offset: undefined,
      module: undefined,
    }),
  };
  /** Pids that the next `reap` returns. */
  readonly ended: number[] = [];
  /** Records still in the pump: `flush` and `stop` move them into the ring. */
  pending = 0;
  kinds: ReadonlySet<RecordKind> | undefined;
  options: EventSourceOptions | undefined;
  /** Thrown by the call of that name. */
  readonly failures = new Map<string, Error>();
  #ring: RecordRing | undefined;
  #writer: BroadcastWriter | undefined;
  #next = 0;

  constructor(
    procRoot = '/proc',
    readonly capacity = 64,
  ) {
    this.environment = {
      procRoot,
      sysRoot: '/sys',
      bpf: { ok: true, tier: 'kernel', source: 'fake' },
      hasTracepoint: () => true,
      hasCapability: () => true,
    };
  }

  get ring(): RecordRing {
    if (this.#ring === undefined) throw new Error('ring used before open or after close');
    return this.#ring;
  }

  get writer(): BroadcastWriter {
    if (this.#writer === undefined) throw new Error('writer used before open or after close');
    return this.#writer;
  }

  /** Writes numbered records into the ring. */
  emit(count: number): void {
    for (let i = 0; i < count; i++) {
      fillRecord(this.writer.u32, this.writer.f64, this.writer.claim(), this.#next++);
      this.writer.commit();
    }
  }

  open(kinds: ReadonlySet<RecordKind>, options: EventSourceOptions): void {
    this.#call('open');
    this.kinds = kinds;
    this.options = options;
    this.#ring = createRing(this.capacity);
    this.#writer = new BroadcastWriter(this.#ring);
  }

  start(): void {
    this.#call('start');
  }

  stop(): void {
    this.#call('stop');
    this.#drain();
  }

  close(): void {
    this.#call('close');
    this.#ring = this.#writer = undefined;
  }

  attach(pid: number): void {
    this.#call(`attach ${pid}`);
  }

  detach(pid: number): void {
    this.#call(`detach ${pid}`);
  }

  flush(): void {
    this.#call('flush');
    this.#drain();
  }

  reap(): number[] {
    if (this.failures.has('reap')) this.#call('reap');
    return this.ended.splice(0);
  }

  observe(batch: RecordBatch): void {
    this.tasks.onRecords(batch);
  }

  totals(): ThreadTotals[] {
    return [];
  }

  losses(): LossCounts {
    const none = { seen: 0, emitted: 0, filtered: 0, dropped: 0 };
    return { ...none, byKind: new Map(), byCpu: [], untrackedThreads: 0 };
  }

  #drain(): void {
    this.emit(this.pending);
    this.pending = 0;
  }

  #call(name: string): void {
    this.calls.push(name);
    const failure = this.failures.get(name);
    if (failure !== undefined) throw failure;
  }
}
