import {
  LogLinearHistogram,
  SwitchFlag,
  durationAt,
  switchFlags,
  switchFutexOperation,
  switchSyscall,
  switchSyscallArgument,
  switchWaitNs,
  switchWakerTid,
  timestampAt,
  type TaskDirectory,
} from '@hftmon/core';
import { taskPriority } from '../attributes/kernel-priority.js';
import type { ThreadRegistry } from '../threads/thread-registry.js';
import { Sum, UNKNOWN_PRIORITY, type ThreadTrack } from '../threads/thread-track.js';
import { Chain, isLentWait, lastOwnSleepEnd } from './chain.js';
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

  /** Takes the Switch record of a thread that left the CPU by itself. Does not allocate. */
  onSleep(track: ThreadTrack, u32: Uint32Array, f64: Float64Array, base: number): void {
    const startNs = timestampAt(f64, base);
    const endNs = startNs + durationAt(f64, base);
    const flags = switchFlags(u32, base);
    const wakeSeen = (flags & SwitchFlag.WakeSeen) !== 0;
    const wakeNs = wakeSeen ? endNs - switchWaitNs(u32, base) : endNs;
    const lent = this.lentWaits.of(track.tid);
    if (lent !== undefined && wakeNs > lent.startNs) {
      this.lentWaits.take(track.tid);
      this.#onLentWait(lent, wakeNs);
    }
    const isLock =
      switchSyscall(u32, base) === FUTEX_SYSCALL &&
      isLockOperation(switchFutexOperation(u32, base));
    if (!isLock) {
      track.ownSleeps.push(startNs, wakeNs);
      return;
    }
    const { lockWaits } = track;
    // The wait of which this was the sleep is known from the priority that it lent.
    if (lockWaits.count > 0 && lockWaits.overlapNs(0, startNs, endNs) > 0) return;
    const waker = switchWakerTid(u32, base);
    if (!wakeSeen || waker === 0 || (flags & SwitchFlag.WokenByInterrupt) !== 0) return;
    lockWaits.push(startNs, wakeNs);
    lockWaits.setValue(0, LockWait.Holder, waker);
    lockWaits.setValue(0, LockWait.HolderPriority, this.#priorityOf(waker, wakeNs));
    lockWaits.setValue(0, LockWait.WaiterPriority, track.kernelPriority);
    lockWaits.setValue(0, LockWait.Lent, NOT_LENT);
    lockWaits.setValue(0, LockWait.Futex, switchSyscallArgument(u32, base));
    lockWaits.setValue(0, LockWait.Operation, switchFutexOperation(u32, base));
    this.#judge(track);
  }

  #onLentWait(wait: LentWait, endNs: number): void {
    const track = this.#registry.get(wait.waiter);
    if (track === undefined) return; // a task of a process that is no target
    const { lockWaits } = track;
    lockWaits.push(wait.startNs, endNs);
    lockWaits.setValue(0, LockWait.Holder, wait.holder);
    lockWaits.setValue(0, LockWait.HolderPriority, wait.holderPriority);
    lockWaits.setValue(0, LockWait.WaiterPriority, wait.waiterPriority);
    lockWaits.setValue(0, LockWait.Lent, wait.lentPriority);
    lockWaits.setValue(0, LockWait.Futex, wait.futex);
    lockWaits.setValue(0, LockWait.Operation, wait.operation);
    this.#judge(track);
  }

  /** Was the thread's latest wait for a lock an inversion? */
  #judge(track: ThreadTrack): void {
    const chain = this.#chain;
    chain.follow(track);
    if (!chain.isWeaker || (!chain.isLent && chain.queueNs === 0)) return;
    const { lockWaits } = track;
    const endNs = lockWaits.endNs(0);
    let startNs = lockWaits.startNs(0);
    if (!isLentWait(track)) {
      // Nobody knows since when the waker held it; surely not while it slept for something else.
      const holder = this.#registry.get(lockWaits.value(0, LockWait.Holder));
      if (holder !== undefined) startNs = Math.max(startNs, lastOwnSleepEnd(holder, endNs));
    }
    track.add(Sum.Inversions, 1);
    track.add(Sum.InversionNs, endNs - startNs);
    this.lengths.record(endNs - startNs);
    this.#write(track, startNs, endNs);
  }

  #write(track: ThreadTrack, startNs: number, endNs: number): void {
    const { log } = this;
    const chain = this.#chain;
    log.add();
    const at = log.count - 1;
    log.set(at, Inversion.StartNs, startNs);
    log.set(at, Inversion.EndNs, endNs);
    log.set(at, Inversion.Lent, track.lockWaits.value(0, LockWait.Lent));
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

  /** Priority of a task that woke a target: it is told with the wake-up. */
  #priorityOf(waker: number, atNs: number): number {
    const task = this.#tasks.lookup(waker, atNs);
    return task === undefined ? UNKNOWN_PRIORITY : taskPriority(task);
  }
}
