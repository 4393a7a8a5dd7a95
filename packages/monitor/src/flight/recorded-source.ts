import {
  BroadcastWriter,
  RECORD_WORDS,
  TaskTable,
  createRing,
  type CgroupDirectory,
  type CgroupRef,
  type EventSource,
  type LossCounts,
  type ProbeEnvironment,
  type RecordBatch,
  type RecordRing,
  type RecordWriter,
  type StackFrame,
  type StackResolver,
  type ThreadTotals,
} from '@hftmon/core';
import { stacksFromNs } from '../configuration/stacks-from-ns.js';
import type { NamedFrame } from './flight-types.js';
import type { Flight } from './read-flight.js';

/** A recording in the place of the kernel: what collectors ask their source for. */
export class RecordedSource implements EventSource {
  readonly environment: ProbeEnvironment;
  readonly epochMonotonicNs: bigint;
  readonly ring: RecordRing;
  readonly writer: RecordWriter;
  readonly tasks = new TaskTable();
  readonly stacks: StackResolver;
  readonly stacksFromNs: number | undefined;
  readonly cgroups: CgroupDirectory;
  readonly #losses: LossCounts;

  constructor(
    { meta, dictionary, losses, records }: Flight,
    roots: { readonly procRoot: string; readonly sysRoot: string },
  ) {
    const { bpf, missingTracepoints } = meta.host;
    this.environment = {
      ...roots,
      bpf,
      hasTracepoint: (name) => !missingTracepoints.includes(name),
      hasCapability: () => true,
    };
    this.epochMonotonicNs = BigInt(meta.clock.epochMonotonicNs);
    const capacity = 2 ** Math.max(1, Math.ceil(Math.log2(meta.window.records + 1)));
    this.ring = createRing(capacity, { epochMonotonicNs: this.epochMonotonicNs });
    this.writer = new BroadcastWriter(this.ring);
    records.scan((batch) => this.#copy(batch));
    for (const { fromNs, info } of dictionary.tasks) this.tasks.set(info, fromNs);
    this.stacks = stacksOf(dictionary);
    this.stacksFromNs = stacksFromNs(meta.configuration);
    const cgroups = new Map<number, CgroupRef>(
      dictionary.cgroups.map(({ id, ...cgroup }) => [id, cgroup]),
    );
    this.cgroups = { lookup: (id) => cgroups.get(id) };
    const { seen, emitted, filtered, droppedInWindow: dropped } = losses;
    this.#losses = {
      seen,
      emitted,
      filtered,
      dropped,
      byKind: new Map(),
      byCpu: [],
      untrackedThreads: 0,
    };
  }

  open(): void {}

  start(): void {}

  stop(): void {}

  close(): void {}

  attach(): void {}

  detach(): void {}

  /** Of the window alone, there are none. */
  totals(): ThreadTotals[] {
    return [];
  }

  losses(): LossCounts {
    return this.#losses;
  }

  flush(): void {}

  reap(): number[] {
    return [];
  }

  observe(batch: RecordBatch): void {
    this.tasks.onRecords(batch);
  }

  #copy({ u32, count }: RecordBatch): void {
    const writer = this.writer as BroadcastWriter;
    // The ring has room for all, so that a claim never wraps.
    writer.u32.set(u32.subarray(0, count * RECORD_WORDS), writer.claimMany(count));
    writer.commit();
  }
}

function stacksOf({
  userStacks,
  kernelStacks,
  kernelSymbols,
}: Flight['dictionary']): StackResolver {
  const user = new Map(userStacks.map(({ pid, id, frames }) => [`${pid} ${id}`, frames]));
  const kernel = new Map(kernelStacks.map(({ id, frames }) => [id, frames]));
  const symbols = new Map(kernelSymbols.map((frame) => [BigInt(frame.address), frame]));
  return {
    user: (pid, id) => (user.get(`${pid} ${id}`) ?? []).map(frameOf),
    kernel: (id) => (kernel.get(id) ?? []).map(frameOf),
    kernelAddress: (address) =>
      frameOf(symbols.get(address) ?? { address: `0x${address.toString(16)}` }),
  };
}

function frameOf({ address, symbol, offset, module }: NamedFrame): StackFrame {
  return { address: BigInt(address), symbol, offset, module };
}
