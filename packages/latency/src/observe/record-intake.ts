import {
  InterruptFlag,
  RecordKind,
  cpuAt,
  durationAt,
  hardIrqFlags,
  kindAt,
  signalNumber,
  signalSenderTid,
  threadStartPid,
  tidAt,
  timestampAt,
} from '@hftmon/core';
import type { SpikeDetector } from '../detect/spike-detector.js';
import type { CpuLogs } from './cpu-logs.js';
import { IntervalType } from './interval-type.js';
import { SPLIT, splitSwitch } from './split-switch.js';
import type { StopSignals } from './stop-signals.js';
import type { ThreadRegistry } from './thread-registry.js';

/** Times up to there are exact in a double; what claims to be later is no time. */
const LATEST_NS = 2 ** 53;

/** Where records go. */
export interface IntakeParts {
  readonly threads: ThreadRegistry;
  readonly cpus: CpuLogs;
  readonly signals: StopSignals;
  readonly detector: SpikeDetector;
}

/** Sorts records to threads and CPUs. Hot path: no allocation but for a thread seen first. */
export class RecordIntake {
  readonly #threads: ThreadRegistry;
  readonly #cpus: CpuLogs;
  readonly #signals: StopSignals;
  readonly #detector: SpikeDetector;
  readonly #split = new Float64Array(2);
  readonly #watermark = new Float64Array(1);

  constructor({ threads, cpus, signals, detector }: IntakeParts) {
    this.#threads = threads;
    this.#cpus = cpus;
    this.#signals = signals;
    this.#detector = detector;
  }

  /** Latest end seen, ns since the epoch. */
  get watermarkNs(): number {
    return this.#watermark[0]!;
  }

  take(u32: Uint32Array, f64: Float64Array, base: number): void {
    const startNs = timestampAt(f64, base);
    const durationNs = durationAt(f64, base);
    const endNs = startNs + durationNs;
    if (!(startNs >= 0 && durationNs >= 0 && endNs < LATEST_NS)) return;
    switch (kindAt(u32, base)) {
      case RecordKind.Switch:
        this.#takeSwitch(u32, f64, base);
        break;
      case RecordKind.Ran:
        this.#cpus.append(u32, base, cpuAt(u32, base), startNs, durationNs);
        break;
      case RecordKind.HardIrq:
      case RecordKind.Softirq:
      case RecordKind.Vector:
      case RecordKind.Nmi:
        this.#takeInterrupt(u32, base, startNs, endNs);
        break;
      case RecordKind.Fault:
        this.#stall(u32, base, startNs, endNs, IntervalType.Fault);
        break;
      case RecordKind.Syscall:
        this.#stall(u32, base, startNs, endNs, IntervalType.Syscall);
        break;
      case RecordKind.Migrate:
        this.#note(u32, base, startNs, 0, IntervalType.Move);
        break;
      case RecordKind.Signal:
        this.#signals.add(
          tidAt(u32, base),
          signalSenderTid(u32, base),
          signalNumber(u32, base),
          startNs,
        );
        break;
      case RecordKind.ThreadStart:
        this.#threads.begin(tidAt(u32, base), threadStartPid(u32, base));
        break;
      case RecordKind.ThreadExit:
        this.#threads.end(tidAt(u32, base));
        break;
      case RecordKind.Task:
        break;
      default:
        return; // of a kind that says nothing here, so its time is no watermark
    }
    if (endNs > this.#watermark[0]!) this.#watermark[0] = endNs;
  }

  #takeSwitch(u32: Uint32Array, f64: Float64Array, base: number): void {
    const type = splitSwitch(u32, f64, base, this.#split);
    const startNs = timestampAt(f64, base);
    const blockedEnd = this.#split[SPLIT.blockedEnd]!;
    const endNs = this.#split[SPLIT.end]!;
    if (type === IntervalType.Sleep) this.#note(u32, base, startNs, blockedEnd - startNs, type);
    else this.#stall(u32, base, startNs, blockedEnd, type);
    if (blockedEnd < endNs) this.#stall(u32, base, blockedEnd, endNs, IntervalType.Wait);
  }

  #takeInterrupt(u32: Uint32Array, base: number, startNs: number, endNs: number): void {
    // Every kind of interrupt has its flags in the same place.
    const flags = hardIrqFlags(u32, base);
    if ((flags & InterruptFlag.TargetWaiting) !== 0) {
      this.#cpus.append(u32, base, cpuAt(u32, base), startNs, endNs - startNs);
    }
    if ((flags & InterruptFlag.InterruptedTarget) !== 0) {
      this.#stall(u32, base, startNs, endNs, IntervalType.Interrupt);
    }
  }

  #stall(u32: Uint32Array, base: number, startNs: number, endNs: number, type: number): void {
    if (endNs <= startNs) return;
    const track = this.#threads.obtain(tidAt(u32, base));
    this.#detector.stall(track, u32, base, startNs, endNs, type);
  }

  /** Keeps an interval that is no stall. */
  #note(u32: Uint32Array, base: number, startNs: number, durationNs: number, type: number): void {
    this.#threads.obtain(tidAt(u32, base)).log.append(u32, base, startNs, durationNs, type);
  }
}
