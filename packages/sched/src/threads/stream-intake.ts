import {
  LogLinearHistogram,
  RECORD_WORDS,
  RecordKind,
  SwitchFlag,
  durationAt,
  kindAt,
  switchFlags,
  switchNextTid,
  switchPreviousTid,
  switchQueueDepth,
  switchSyscall,
  switchWaitNs,
  taskPolicy,
  taskPriority,
  threadStartParentTid,
  threadStartPid,
  tidAt,
  timestampAt,
  type RecordBatch,
  type TaskDirectory,
} from '@hftmon/core';
import { kernelPriorityOf } from '../attributes/kernel-priority.js';
import { isWakeUp } from '../periods/is-wake-up.js';
import type { InversionFinder } from '../inversion/inversion-finder.js';
import { SWITCH_TIMES, SwitchTime } from './switch-time.js';
import type { ThreadRegistry } from './thread-registry.js';
import { RunQueueWait, Sum, UNKNOWN_PRIORITY, type ThreadTrack } from './thread-track.js';

/** First priority of the fair class; deadline reads as 65535. */
const FIRST_FAIR = 100;
const LAST_FAIR = 139;
const REALTIME = 0;
const FAIR = 1;
const OTHER_CLASS = 2;

/** Flags of an involuntary switch that has another reason than the scheduler's own choice. */
const OTHER_REASON = SwitchFlag.Yielded | SwitchFlag.Migrated | SwitchFlag.ReturnUnseen;

/** Folds the records of the stream into what is kept of each thread. Hot path: no allocation. */
export class StreamIntake {
  /** Waits of all threads in the run queue after wake-ups, ns. */
  readonly latency = new LogLinearHistogram();
  /** Others that were runnable where a thread was woken; exact below 256. */
  readonly depths = new LogLinearHistogram(8);
  /** Records delivered, and those that were overwritten before: doubles are never boxed there. */
  readonly #counts = new Float64Array(2);
  /** Of the Switch record at hand, see {@link SwitchTime}. */
  readonly #times = new Float64Array(SWITCH_TIMES);
  readonly #registry: ThreadRegistry;
  readonly #tasks: TaskDirectory;
  readonly #finder: InversionFinder;
  /** -1 before the first batch. */
  #nextSequence = -1;

  constructor(registry: ThreadRegistry, tasks: TaskDirectory, finder: InversionFinder) {
    this.#registry = registry;
    this.#tasks = tasks;
    this.#finder = finder;
  }

  /** Records delivered. */
  get records(): number {
    return this.#counts[0]!;
  }

  /** Records that were overwritten before they could be delivered. */
  get lostRecords(): number {
    return this.#counts[1]!;
  }

  onRecords({ u32, f64, count, firstSequence }: RecordBatch): void {
    this.#counts[0]! += count;
    if (this.#nextSequence >= 0) this.#counts[1]! += (firstSequence - this.#nextSequence) >>> 0;
    this.#nextSequence = (firstSequence + count) >>> 0;
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      switch (kindAt(u32, base)) {
        case RecordKind.Switch:
          this.#onSwitch(u32, f64, base);
          break;
        case RecordKind.Task:
          this.#onTask(u32, base);
          break;
        case RecordKind.PiBoost:
          this.#finder.onBoost(u32, f64, base);
          break;
        case RecordKind.ThreadStart:
          this.#onStart(u32, f64, base);
          break;
        case RecordKind.ThreadExit:
          this.#onExit(u32, base);
          break;
        default:
      }
    }
  }

  #onStart(u32: Uint32Array, f64: Float64Array, base: number): void {
    const tid = tidAt(u32, base);
    const parent = this.#registry.get(threadStartParentTid(u32, base));
    if (parent === undefined) return; // its process was detached meanwhile
    const known = this.#registry.get(tid);
    // One that was found in /proc just before; or an earlier one whose end was not delivered.
    const before = known?.sums[Sum.LastEndNs] ?? 0;
    if (known !== undefined && before > 0 && timestampAt(f64, base) > before) {
      this.#registry.end(known);
    }
    this.#registry.add(tid, threadStartPid(u32, base));
  }

  #onExit(u32: Uint32Array, base: number): void {
    const track = this.#registry.get(tidAt(u32, base));
    if (track !== undefined) this.#registry.end(track);
  }

  #onSwitch(u32: Uint32Array, f64: Float64Array, base: number): void {
    const startNs = timestampAt(f64, base);
    const offNs = durationAt(f64, base);
    if (!(startNs >= 0 && offNs >= 0)) return;
    const tid = tidAt(u32, base);
    const track = this.#registry.get(tid) ?? this.#introduce(tid);
    if (track === undefined) return;
    const waitNs = switchWaitNs(u32, base);
    const flags = switchFlags(u32, base);
    const times = this.#times;
    times[SwitchTime.StartNs] = startNs;
    times[SwitchTime.EndNs] = startNs + offNs;
    times[SwitchTime.WaitFromNs] = startNs + offNs - waitNs;
    const wakeSeen = (flags & SwitchFlag.WakeSeen) !== 0;
    times[SwitchTime.WakeNs] = times[wakeSeen ? SwitchTime.WaitFromNs : SwitchTime.EndNs]!;
    track.sums[Sum.OffNs]! += offNs;
    track.sums[Sum.WaitNs]! += waitNs;
    track.sums[Sum.LastEndNs] = times[SwitchTime.EndNs]!;
    if ((flags & SwitchFlag.First) !== 0) return; // what it did before is not known
    const isVoluntary = (flags & SwitchFlag.Voluntary) !== 0;
    if (waitNs > 0) {
      const instead = isVoluntary ? switchPreviousTid(u32, base) : switchNextTid(u32, base);
      track.runQueueWaits.push(times, SwitchTime.WaitFromNs);
      track.runQueueWaits.setInteger(0, RunQueueWait.Instead, instead);
    }
    if (!isVoluntary) {
      if (track.wasRealtime) this.#onPreemption(track, u32, f64, base);
      return;
    }
    if (isWakeUp(flags)) this.#onWakeUp(track, u32, base);
    this.#finder.onSleep(track, u32, base, times);
  }

  #onWakeUp(track: ThreadTrack, u32: Uint32Array, base: number): void {
    const waitNs = switchWaitNs(u32, base);
    track.latency.record(waitNs);
    this.latency.record(waitNs);
    track.wakeUps.push(this.#times, SwitchTime.WakeNs, switchSyscall(u32, base));
    if ((switchFlags(u32, base) & SwitchFlag.DepthSeen) === 0) return;
    const depth = switchQueueDepth(u32, base);
    track.depths.record(depth);
    this.depths.record(depth);
  }

  /**
   * A runnable real-time thread loses its CPU to a fair task, or to none at all, when it has used
   * up what real-time threads may have: nothing else lets a weaker task run.
   */
  #onPreemption(track: ThreadTrack, u32: Uint32Array, f64: Float64Array, base: number): void {
    if ((switchFlags(u32, base) & OTHER_REASON) !== 0) return;
    // Both priorities are told with the switch if they were not before.
    const startNs = timestampAt(f64, base);
    if (this.#priorityClass(track.tid, startNs) !== REALTIME) return;
    const next = switchNextTid(u32, base);
    if (next !== 0 && this.#priorityClass(next, startNs) !== FAIR) return;
    track.sums[Sum.RealtimeThrottled]! += 1;
    track.sums[Sum.RealtimeThrottledNs]! += durationAt(f64, base);
  }

  #onTask(u32: Uint32Array, base: number): void {
    const track = this.#registry.get(tidAt(u32, base));
    if (track === undefined) return;
    const priority = kernelPriorityOf(taskPolicy(u32, base), taskPriority(u32, base));
    track.toldPriority = priority;
    if (priority < FIRST_FAIR) track.wasRealtime = true;
  }

  /** Class that a task ran in, by its priority with what it was lent. */
  #priorityClass(tid: number, atNs: number): number {
    const priority = this.#tasks.lookup(tid, atNs)?.priority ?? UNKNOWN_PRIORITY;
    if (priority < FIRST_FAIR) return REALTIME;
    return priority <= LAST_FAIR ? FAIR : OTHER_CLASS;
  }

  /** Switch records are of target threads only; one that is not known yet began unseen. */
  #introduce(tid: number): ThreadTrack | undefined {
    const task = this.#tasks.lookup(tid);
    const track = task === undefined ? undefined : this.#registry.add(tid, task.pid);
    if (track !== undefined) track.wasRealtime = task!.priority < FIRST_FAIR;
    return track;
  }
}
