import type { NameCounts } from '@hftmon/core';
import { CONFIG, LOOP_LIMITS, THREAD, THREAD_STATE } from '../layout.js';
import { readU64At, type SharedMemory } from '../source/shared-memory.js';

/** By `enum hftmon_loop`. */
const NAMES = ['event loop', 'event loop of another thread'] as const;

const NOTHING = new Uint32Array(0);

/** Has the turns of the event loops of processes told as spans. */
export class LoopWatch {
  #memory: Pick<SharedMemory, 'config' | 'threads'> | undefined;

  constructor(memory: Pick<SharedMemory, 'config' | 'threads'>) {
    this.#memory = memory;
  }

  /** Is that an origin of spans of event loops? */
  static has(origin: number): boolean {
    return origin >= LOOP_LIMITS.firstOrigin;
  }

  /** @returns false when as many processes are watched as there is room for */
  follow(pid: number): boolean {
    return this.#replace(0, pid);
  }

  forget(pid: number): void {
    this.#replace(pid, 0);
  }

  /** The memory goes; names can still be asked for. */
  close(): void {
    this.#memory = undefined;
  }

  pidOf(origin: number): number {
    return origin - LOOP_LIMITS.firstOrigin;
  }

  nameOf(_origin: number, name: number): string | undefined {
    return NAMES[name];
  }

  /** Turns that are under way; how many there were is not counted here. */
  countsOf(origin: number, name: number): NameCounts {
    const threads = this.#memory?.threads ?? NOTHING;
    const pid = this.pidOf(origin);
    let open = 0;
    for (let at = THREAD.bytes; at + THREAD.bytes <= threads.length * 4; at += THREAD.bytes) {
      const tid = threads[(at + THREAD.tid) / 4]!;
      if (tid === 0 || threads[(at + THREAD.tgid) / 4] !== pid) continue;
      if (threads[(at + THREAD.state) / 4] === THREAD_STATE.exited) continue;
      if ((tid === pid) !== (name === 0)) continue;
      if (readU64At(threads, at + THREAD.turnStartNs) > 0) open++;
    }
    return { spans: 0, open, errors: 0 };
  }

  #replace(from: number, to: number): boolean {
    const config = this.#memory?.config ?? NOTHING;
    const first = CONFIG.loopTgids / 4;
    const place = config.subarray(first, first + LOOP_LIMITS.processes).indexOf(from);
    if (place >= 0) config[first + place] = to;
    return place >= 0;
  }
}
