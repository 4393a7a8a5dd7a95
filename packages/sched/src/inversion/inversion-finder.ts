import {
  LogLinearHistogram,
  SwitchFlag,
  switchFlags,
  switchFutexOperation,
  switchSyscall,
  payloadAt,
  switchWakerTid,
  timestampAt,
  type TaskDirectory,
} from '@hftmon/core';
import { taskPriority } from '../attributes/kernel-priority.js';
import type { IntervalRing } from '../threads/interval-ring.js';
import { SwitchTime } from '../threads/switch-time.js';
import type { ThreadRegistry } from '../threads/thread-registry.js';
import { Sum, UNKNOWN_PRIORITY, type ThreadTrack } from '../threads/thread-track.js';
import { Chain } from './chain.js';
import { Inversion, InversionLog, Link } from './inversion-log.js';
import { LentWaits, type LentWait } from './lent-waits.js';
import { FUTEX_SYSCALL, LockWait, NOT_LENT, isLockOperation } from './lock-wait.js';

/**
 * Finds priority inversions: a thread waits for a lock that a weaker one holds, directly or along
 * a chain, and the records prove it. Either the kernel lent the weaker one a priority, or the
 * weaker one, which later let go of the lock and woke the thread, wanted to run and did not.
 * Records of target threads come in the order of their ends, so that what a holder did is known
 * when the thread that it woke runs again.
 */
export class InversionFinder {
  readonly log = new InversionLog();
  /** Lengths of the inversions, ns. */
  readonly lengths = new LogLinearHistogram();
  readonly lentWaits = new LentWaits();
  readonly #registry: ThreadRegistry;
  readonly #tasks: TaskDirectory;
  readonly #chain: Chain;
  readonly #scratch = new Float64Array(2);

  constructor(registry: ThreadRegistry, tasks: TaskDirectory) {
    this.#registry = registry;
    this.#tasks = tasks;
    this.#chain = new Chain(registry);
  }

  /** Takes a PiBoost record. Allocates when a wait for a lock begins. */
  onBoost(u32: Uint32Array, f64: Float64Array, base: number): void {
    const ended = this.lentWaits.onBoost(u32, f64, base);
    if (ended !== undefined) this.#onLentWait(ended, timestampAt(f64, base));
  }

  /**
   * Takes the Switch record of a thread that left the CPU by itself. Does not allocate.
   * @param times - of the record, see {@link SwitchTime}
   */
  onSleep(track: ThreadTrack, u32: Uint32Array, base: number, times: Float64Array): void {
    const lent = this.lentWaits.of(track.tid);
    if (lent !== undefined && times[SwitchTime.WakeNs]! > lent.startNs) {
      this.lentWaits.take(track.tid);
      this.#onLentWait(lent, times[SwitchTime.WakeNs]!);
    }
    const operation = switchFutexOperation(u32, base);
    if (switchSyscall(u32, base) !== FUTEX_SYSCALL || !isLockOperation(operation)) {
      track.ownSleeps.push(times, SwitchTime.StartNs);
      return;
    }
    const { lockWaits } = track;
    if (this.#isKnown(lockWaits, times)) return;
    const flags = switchFlags(u32, base);
    const waker = switchWakerTid(u32, base);
    const wokenByInterrupt = waker === 0 || (flags & SwitchFlag.WokenByInterrupt) !== 0;
    if ((flags & SwitchFlag.WakeSeen) === 0 || wokenByInterrupt) return;
    lockWaits.push(times, SwitchTime.StartNs);
    lockWaits.setInteger(0, LockWait.Holder, waker);
    lockWaits.setInteger(0, LockWait.HolderPriority, this.#priorityOf(waker));
    lockWaits.setInteger(0, LockWait.WaiterPriority, track.ownPriority);
    lockWaits.setInteger(0, LockWait.Lent, NOT_LENT);
    lockWaits.setInteger(0, LockWait.Operation, operation);
    copySyscallArgument(u32, base, this.#scratch);
    lockWaits.setExtra(0, this.#scratch, 0);
    this.#judge(track);
  }

  /** Is the wait of which this was the sleep known from the priority that it lent? */
  #isKnown(lockWaits: IntervalRing, times: Float64Array): boolean {
    if (lockWaits.count === 0) return false;
    const latest = this.#scratch;
    lockWaits.copyTimes(0, latest);
    return latest[0]! < times[SwitchTime.EndNs]! && latest[1]! > times[SwitchTime.StartNs]!;
  }

  #onLentWait(wait: LentWait, endNs: number): void {
    const track = this.#registry.get(wait.waiter);
    if (track === undefined) return; // a task of a process that is no target
    const { lockWaits } = track;
    this.#scratch[0] = wait.startNs;
    this.#scratch[1] = endNs;
    lockWaits.push(this.#scratch, 0);
    lockWaits.setInteger(0, LockWait.Holder, wait.holder);
    lockWaits.setInteger(0, LockWait.HolderPriority, wait.holderPriority);
    lockWaits.setInteger(0, LockWait.WaiterPriority, wait.waiterPriority);
    lockWaits.setInteger(0, LockWait.Lent, wait.lentPriority);
    lockWaits.setInteger(0, LockWait.Operation, wait.operation);
    this.#scratch[0] = wait.futex;
    lockWaits.setExtra(0, this.#scratch, 0);
    this.#judge(track);
  }

  /** Was the thread's latest wait for a lock an inversion? */
  #judge(track: ThreadTrack): void {
    const chain = this.#chain;
    chain.follow(track);
    if (!chain.isWeaker || (!chain.isLent && chain.neverQueued)) return;
    const { lockWaits } = track;
    const window = this.#scratch;
    lockWaits.copyTimes(0, window);
    if (lockWaits.integer(0, LockWait.Lent) === NOT_LENT) {
      // Nobody knows since when the waker held it; surely not while it slept for something else.
      this.#registry.get(lockWaits.integer(0, LockWait.Holder))?.ownSleeps.skipPast(window);
    }
    const lengthNs = window[1]! - window[0]!;
    track.sums[Sum.Inversions]! += 1;
    track.sums[Sum.InversionNs]! += lengthNs;
    this.lengths.record(lengthNs);
    this.#write(track, window[0]!, window[1]!);
  }

  #write(track: ThreadTrack, startNs: number, endNs: number): void {
    const { log } = this;
    const chain = this.#chain;
    log.add();
    const at = log.count - 1;
    log.set(at, Inversion.StartNs, startNs);
    log.set(at, Inversion.EndNs, endNs);
    log.set(at, Inversion.Lent, track.lockWaits.integer(0, LockWait.Lent));
    log.set(at, Inversion.QueueNs, chain.queueNs);
    log.set(at, Inversion.Instead, chain.instead);
    log.set(at, Inversion.Depth, chain.depth);
    log.set(at, Inversion.Pid, track.pid);
    for (let i = 0; i < chain.depth; i++) {
      log.setLink(at, i, Link.Tid, chain.tids[i]!);
      log.setLink(at, i, Link.Priority, chain.priorities[i]!);
      log.setLink(at, i, Link.Futex, chain.futexes[i]!);
      log.setLink(at, i, Link.Operation, chain.operations[i]!);
    }
  }

  /** Priority of a task that woke a target: the stream tells it with the wake-up. */
  #priorityOf(waker: number): number {
    const track = this.#registry.get(waker);
    if (track !== undefined && track.toldPriority !== UNKNOWN_PRIORITY) return track.toldPriority;
    const task = this.#tasks.lookup(waker);
    return task === undefined ? UNKNOWN_PRIORITY : taskPriority(task);
  }
}

/** Writes what `switchSyscallArgument` returns to an array: its result would be allocated. */
function copySyscallArgument(u32: Uint32Array, base: number, into: Float64Array): void {
  into[0] = payloadAt(u32, base, 7) + (payloadAt(u32, base, 8) & 0xff_ffff) * 0x1_0000_0000;
}
