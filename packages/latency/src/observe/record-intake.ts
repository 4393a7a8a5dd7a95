import {
  InterruptFlag,
  RecordKind,
  cpuAt,
  durationAt,
  hardIrqFlags,
  kindAt,
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
  /** Start and end of the interval that is being taken. */
  readonly #span = new Float64Array(2);
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
    if (!(startNs >= 0 && durationNs >= 0 && startNs + durationNs < LATEST_NS)) return;
    const span = this.#span;
    span[0] = startNs;
    span[1] = startNs + durationNs;
    if (!this.#sort(u32, f64, base)) return;
    if (startNs + durationNs > this.#watermark[0]!) this.#watermark[0] = startNs + durationNs;
  }

  /** @returns whether the record is of a kind that counts here */
  #sort(u32: Uint32Array, f64: Float64Array, base: number): boolean {
    switch (kindAt(u32, base)) {
      case RecordKind.Switch:
        this.#takeSwitch(u32, f64, base);
        return true;
      case RecordKind.Ran:
      case RecordKind.Idle:
        this.#cpus.append(u32, base, cpuAt(u32, base), this.#span);
        return true;
      case RecordKind.HardIrq:
      case RecordKind.Softirq:
      case RecordKind.Vector:
      case RecordKind.Nmi:
        this.#takeInterrupt(u32, base);
        return true;
      case RecordKind.Fault:
        this.#stall(u32, base, IntervalType.Fault);
        return true;
      case RecordKind.Syscall:
        this.#stall(u32, base, IntervalType.Syscall);
        return true;
      case RecordKind.Throttle:
        this.#stall(u32, base, IntervalType.Throttled);
        return true;
      case RecordKind.MemoryWork:
        this.#stall(u32, base, IntervalType.MemoryWork);
        return true;
      case RecordKind.Steal:
        this.#stall(u32, base, IntervalType.Steal);
        return true;
      case RecordKind.LateTimer:
        this.#stall(u32, base, IntervalType.LateTimer);
        return true;
      case RecordKind.Pause:
        this.#stall(u32, base, IntervalType.Pause);
        return true;
      case RecordKind.Lock:
        this.#stall(u32, base, IntervalType.KernelLock);
        return true;
      case RecordKind.Migrate:
        this.#note(u32, base, IntervalType.Move);
        return true;
      case RecordKind.Signal:
        this.#signals.add(u32, f64, base);
        return true;
      case RecordKind.ThreadStart:
        this.#threads.begin(tidAt(u32, base), threadStartPid(u32, base));
        return true;
      case RecordKind.ThreadExit:
        this.#threads.end(tidAt(u32, base));
        return true;
      case RecordKind.Task:
        this.#threads.reassign(tidAt(u32, base));
        return true;
      default:
        return false;
    }
  }

  #takeSwitch(u32: Uint32Array, f64: Float64Array, base: number): void {
    const span = this.#span;
    const type = splitSwitch(u32, f64, base, this.#split);
    const blockedEnd = this.#split[SPLIT.blockedEnd]!;
    const end = this.#split[SPLIT.end]!;
    span[1] = blockedEnd;
    if (type === IntervalType.Sleep) this.#note(u32, base, type);
    else this.#stall(u32, base, type);
    if (blockedEnd >= end) return;
    span[0] = blockedEnd;
    span[1] = end;
    this.#stall(u32, base, IntervalType.Wait);
  }

  #takeInterrupt(u32: Uint32Array, base: number): void {
    // Every kind of interrupt has its flags in the same place.
    const flags = hardIrqFlags(u32, base);
    if ((flags & InterruptFlag.TargetWaiting) !== 0) {
      this.#cpus.append(u32, base, cpuAt(u32, base), this.#span);
    }
    if ((flags & InterruptFlag.InterruptedTarget) !== 0) {
      this.#stall(u32, base, IntervalType.Interrupt);
    }
  }

  #stall(u32: Uint32Array, base: number, type: number): void {
    if (this.#span[1]! <= this.#span[0]!) return;
    const track = this.#threads.obtain(tidAt(u32, base));
    this.#detector.stall(track, u32, base, this.#span, type);
  }

  /** Keeps an interval that is no stall. */
  #note(u32: Uint32Array, base: number, type: number): void {
    this.#threads.obtain(tidAt(u32, base)).log.append(u32, base, this.#span, type);
  }
}
