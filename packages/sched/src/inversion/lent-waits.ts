import {
  piBoostDonorNormalPriority,
  piBoostDonorTid,
  piBoostFutexOperation,
  piBoostNewPriority,
  piBoostNormalPriority,
  piBoostOldPriority,
  piBoostSyscall,
  piBoostSyscallArgument,
  tidAt,
  timestampAt,
} from '@hftmon/core';
import { FUTEX_SYSCALL, isPiLockOperation } from './lock-wait.js';

/** Waits that are open at a time; beyond it the oldest is forgotten: its end was lost. */
const MOST_OPEN = 4096;

/** A task that waits for a lock with priority inheritance. */
export interface LentWait {
  readonly waiter: number;
  readonly startNs: number;
  /** The waiting task's own priority. */
  readonly waiterPriority: number;
  readonly futex: number;
  readonly operation: number;
  holder: number;
  /** The holder's own priority. */
  holderPriority: number;
  /** Strongest priority that the holder ran with since. */
  lentPriority: number;
}

/**
 * Who waits for whom through locks with priority inheritance, from what the kernel says of the
 * priorities that it lends. It names the first waiter of a task at a time, so that a wait ends
 * when another, no stronger one takes its place; one that a stronger waiter displaced goes on.
 */
export class LentWaits {
  readonly #byWaiter = new Map<number, LentWait>();
  /** First waiter by holder. */
  readonly #firstWaiter = new Map<number, number>();

  /** The wait of a task, if it waits. */
  of(waiter: number): LentWait | undefined {
    return this.#byWaiter.get(waiter);
  }

  /** Takes the wait of a task out: it ended. */
  take(waiter: number): LentWait | undefined {
    const wait = this.#byWaiter.get(waiter);
    this.#byWaiter.delete(waiter);
    return wait;
  }

  /** Takes a PiBoost record. @returns the wait that it ended, if any; its end is the record's time */
  onBoost(u32: Uint32Array, f64: Float64Array, base: number): LentWait | undefined {
    const holder = tidAt(u32, base);
    const donor = piBoostDonorTid(u32, base);
    const first = this.#firstWaiter.get(holder);
    if (donor === 0) this.#firstWaiter.delete(holder);
    else this.#setFirst(holder, donor);
    const isDisplaced = piBoostNewPriority(u32, base) < piBoostOldPriority(u32, base);
    let ended: LentWait | undefined;
    if (first !== undefined && first !== donor && !isDisplaced) {
      if (this.#byWaiter.get(first)?.holder === holder) ended = this.take(first);
    }
    if (donor !== 0) this.#waits(donor, holder, u32, f64, base);
    return ended;
  }

  #waits(donor: number, holder: number, u32: Uint32Array, f64: Float64Array, base: number): void {
    const lentPriority = piBoostNewPriority(u32, base);
    const operation = piBoostFutexOperation(u32, base);
    // Kernels with real-time preemption lend priorities for their own locks too.
    const isFutex = piBoostSyscall(u32, base) === FUTEX_SYSCALL && isPiLockOperation(operation);
    const futex = isFutex ? piBoostSyscallArgument(u32, base) : 0;
    const known = this.#byWaiter.get(donor);
    if (
      known !== undefined &&
      (known.holder === holder || (futex !== 0 && known.futex === futex))
    ) {
      known.holder = holder;
      known.holderPriority = piBoostNormalPriority(u32, base);
      if (lentPriority < known.lentPriority) known.lentPriority = lentPriority;
      return;
    }
    this.#byWaiter.delete(donor);
    this.#byWaiter.set(donor, {
      waiter: donor,
      startNs: timestampAt(f64, base),
      waiterPriority: piBoostDonorNormalPriority(u32, base),
      futex,
      operation: isFutex ? operation : 0,
      holder,
      holderPriority: piBoostNormalPriority(u32, base),
      lentPriority,
    });
    if (this.#byWaiter.size > MOST_OPEN) forgetOldest(this.#byWaiter);
  }

  #setFirst(holder: number, donor: number): void {
    this.#firstWaiter.set(holder, donor);
    if (this.#firstWaiter.size > MOST_OPEN) forgetOldest(this.#firstWaiter);
  }
}

function forgetOldest(map: Map<number, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
