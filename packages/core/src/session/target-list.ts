import type { SessionClock } from '../clock/session-clock.js';
import type { Target } from '../collector/target.js';
import { createError } from '../errors/create-error.js';
import { isMonitorError } from '../errors/monitor-error.js';
import type { EventSource } from './event-source.js';
import { readProcess } from '../process/read-process.js';

/** The target processes of a session, and their way into the event source. */
export class TargetList {
  readonly #targets = new Map<number, Target>();
  readonly #source: EventSource;
  readonly #clock: SessionClock;

  constructor(source: EventSource, clock: SessionClock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** By pid. */
  get all(): ReadonlyMap<number, Target> {
    return this.#targets;
  }

  /** The entry of the very process that has this pid now, not of an earlier one. */
  find(pid: number): Target | undefined {
    const known = this.#targets.get(pid);
    if (known === undefined) return undefined;
    return this.#read(pid).startTimeTicks === known.startTimeTicks ? known : undefined;
  }

  /** @throws ProcessNotFoundError */
  add(pid: number, without: readonly string[] = []): Target {
    const { comm, startTimeTicks } = this.#read(pid);
    const attachedNs = this.#clock.nowNs();
    const target: Target = { pid, comm, startTimeTicks, attachedNs, without };
    this.#targets.set(pid, target);
    return target;
  }

  /** @returns the entry removed, `undefined` when there was none */
  remove(pid: number): Target | undefined {
    const target = this.#targets.get(pid);
    this.#targets.delete(pid);
    return target;
  }

  /**
   * Makes the source follow a target, and makes sure that it is still the same process after.
   * @throws ProcessNotFoundError; the source then does not follow it
   */
  follow(target: Target): void {
    const { pid } = target;
    if (!this.#isAlive(target)) throw createError('HFTMON_E_PROCESS_EXITED', { pid });
    this.#source.attach(pid);
    if (this.#isAlive(target)) return;
    this.#source.detach(pid);
    throw createError('HFTMON_E_PROCESS_EXITED', { pid });
  }

  #isAlive({ pid, startTimeTicks }: Target): boolean {
    try {
      return this.#read(pid).startTimeTicks === startTimeTicks;
    } catch (error) {
      if (isMonitorError(error)) return false;
      throw error;
    }
  }

  #read(pid: number): ReturnType<typeof readProcess> {
    return readProcess(pid, this.#source.environment.procRoot);
  }
}
