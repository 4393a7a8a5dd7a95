import { closeSync } from 'node:fs';
import type { RuntimeState } from '@hftmon/core';
import { SPAN_PROBE_LIMITS } from '../layout.js';
import { nativeLibrary, type SpanProbesHandle } from '../native/bindings.js';
import { spanProbesLibrary } from '../native/span-probes-bindings.js';
import type { ProbePlace } from '../span-probes/find-places.js';
import { mayReplaceReturns } from '../span-probes/unsafe-returns.js';
import type { LoopWatch } from './loop-watch.js';
import { findRuntime, programOf, type FoundRuntime } from './find-runtime.js';
import { noSymbol, notAttached } from './unseen-pauses.js';

/** A process may become another program at any time; asking which costs a few us. */
const LOOK_EVERY_MS = 50;
/** What a program maps at its start, its libraries, is mapped within that time. */
const STARTING_MS = 250;

interface Followed {
  readonly program: string | undefined;
  /** When it is looked at again, if it has no runtime by now. */
  readonly againMs: number;
  readonly state: RuntimeState | undefined;
}

/**
 * Puts probes into the V8 of target processes, and has their event loops watched. A target without
 * is none to complain about, and one that can't be probed is followed all the same.
 */
export class RuntimeFollower {
  readonly #handle: SpanProbesHandle;
  readonly #loops: LoopWatch | undefined;
  readonly #procRoot: string;
  readonly #followed = new Map<number, Followed>();
  readonly #children = new Set<number>();
  /** Of processes that were let go of. */
  readonly #past = new Map<number, RuntimeState>();
  #nextLookMs = 0;

  constructor(handle: SpanProbesHandle, loops: LoopWatch | undefined, procRoot: string) {
    this.#handle = handle;
    this.#loops = loops;
    this.#procRoot = procRoot;
  }

  follow(pid: number): void {
    if (this.#followed.has(pid)) return;
    this.#enterProgram(pid, programOf(pid, this.#procRoot), performance.now() + STARTING_MS);
  }

  /** Follows these besides, and lets go of those that were followed so and are none of them. */
  followChildren(pids: readonly number[]): void {
    for (const pid of this.#children) {
      if (pids.includes(pid)) continue;
      this.forget(pid);
      this.#children.delete(pid);
    }
    for (const pid of pids) {
      if (this.#followed.has(pid)) continue;
      this.#children.add(pid);
      this.follow(pid);
    }
  }

  /** Looks for processes that have become another program. */
  look(): void {
    const now = performance.now();
    if (now < this.#nextLookMs) return;
    this.#nextLookMs = now + LOOK_EVERY_MS;
    for (const [pid, followed] of this.#followed) {
      const program = programOf(pid, this.#procRoot);
      if (program === undefined) continue;
      if (program !== followed.program) {
        this.#leave(pid);
        this.#enterProgram(pid, program, now + STARTING_MS);
      } else if (followed.state === undefined && now >= followed.againMs) {
        this.#enterProgram(pid, program, Infinity);
      }
    }
  }

  forget(pid: number): void {
    const followed = this.#followed.get(pid);
    if (followed === undefined) return;
    this.#leave(pid);
    this.#followed.delete(pid);
    if (followed.state !== undefined) this.#past.set(pid, followed.state);
  }

  close(): void {
    for (const pid of [...this.#followed.keys()]) this.forget(pid);
    this.#loops?.close();
  }

  /** Those that run V8, also of processes that were let go of. */
  list(): RuntimeState[] {
    const all = new Map(this.#past);
    for (const [pid, { state }] of this.#followed) if (state !== undefined) all.set(pid, state);
    return [...all.values()];
  }

  #enterProgram(pid: number, program: string | undefined, againMs: number): void {
    this.#followed.set(pid, { program, againMs, state: this.#enter(pid) });
  }

  #enter(pid: number): RuntimeState | undefined {
    const runtime = findRuntime(pid, this.#procRoot);
    if (runtime === undefined) return undefined;
    try {
      return this.#attach(pid, runtime);
    } catch (error) {
      this.#leave(pid);
      throw error;
    } finally {
      closeSync(runtime.fd);
    }
  }

  #attach(pid: number, { binary, fd, places }: FoundRuntime): RuntimeState {
    const loops = this.#loops?.follow(pid) ?? false;
    const state = { pid, runtime: 'v8', binary, steps: false, loops } as const;
    if (typeof places === 'string') return { ...state, refusal: noSymbol(pid, binary, places) };
    const path = `/proc/self/fd/${fd}`;
    const result = this.#attachAll(pid, path, places.collection);
    if (result < 0) {
      const detail = nativeLibrary().lastError();
      const refused = { ...state, refusal: notAttached(pid, result, detail) };
      // One of them may be in place: half of a collection tells nothing.
      this.#takeOut(pid);
      return refused;
    }
    // V8 is built without exceptions, so that nothing but its return leaves the step.
    const steps =
      places.step.length > 0 &&
      mayReplaceReturns(pid, this.#procRoot) &&
      this.#attachAll(pid, path, places.step) >= 0;
    return { ...state, steps };
  }

  /** @returns the negative errno of the first that was refused; the library has the message */
  #attachAll(pid: number, path: string, places: readonly ProbePlace[]): number {
    for (const place of places) {
      const values = { ...place, index: indexOf(pid), pid, source: 0, path };
      const result = spanProbesLibrary().attach(this.#handle, values);
      if (result < 0) return result;
    }
    return 0;
  }

  #leave(pid: number): void {
    this.#takeOut(pid);
    this.#loops?.forget(pid);
  }

  #takeOut(pid: number): void {
    spanProbesLibrary().detach(this.#handle, indexOf(pid));
  }
}

/** The indices below are of span probes. */
function indexOf(pid: number): number {
  return SPAN_PROBE_LIMITS.probes + pid;
}
