import {
  LogLinearHistogram,
  RECORD_WORDS,
  RecordKind,
  SwitchFlag,
  durationAt,
  kindAt,
  migrateCpuFrom,
  migrateCpuTo,
  streamDistribution,
  switchFlags,
  switchQueueDepth,
  switchWaitNs,
  type RecordBatch,
  type StreamDistribution,
} from '@hftmon/core';
import type { CpuNodes } from './cpu-nodes.js';

/** What is kept of the stream for longer than the history ring holds it. */
export class StreamStatistics {
  readonly #offCpu = new LogLinearHistogram();
  readonly #runQueueWait = new LogLinearHistogram();
  readonly #preempted = new LogLinearHistogram();
  readonly #queueDepth = new LogLinearHistogram();
  readonly #nodes: CpuNodes;
  /** A double in an array is never boxed. */
  readonly #migrations = new Float64Array(1);

  constructor(nodes: CpuNodes) {
    this.#nodes = nodes;
  }

  /** Migrations in the stream. */
  get migrations(): number {
    return this.#migrations[0]!;
  }

  /** Hot path: no allocation. */
  onRecords({ u32, f64, count }: RecordBatch): void {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      const kind = kindAt(u32, base);
      if (kind === RecordKind.Switch) this.#onSwitch(u32, f64, base);
      else if (kind === RecordKind.Migrate) {
        this.#migrations[0]! += 1;
        this.#nodes.count(migrateCpuFrom(u32, base), migrateCpuTo(u32, base));
      }
    }
  }

  distributions(percentiles: readonly number[]): Record<string, StreamDistribution> {
    return {
      off_cpu_interval_ns: streamDistribution(this.#offCpu, percentiles),
      run_queue_wait_ns: streamDistribution(this.#runQueueWait, percentiles),
      preempted_interval_ns: streamDistribution(this.#preempted, percentiles),
      run_queue_depth: streamDistribution(this.#queueDepth, percentiles),
    };
  }

  #onSwitch(u32: Uint32Array, f64: Float64Array, base: number): void {
    const durationNs = durationAt(f64, base);
    const flags = switchFlags(u32, base);
    this.#offCpu.record(durationNs);
    this.#runQueueWait.record(switchWaitNs(u32, base));
    if ((flags & SwitchFlag.DepthSeen) !== 0) this.#queueDepth.record(switchQueueDepth(u32, base));
    if ((flags & (SwitchFlag.Voluntary | SwitchFlag.First)) === 0) {
      this.#preempted.record(durationNs);
    }
  }
}
