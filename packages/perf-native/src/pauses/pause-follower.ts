import { closeSync } from 'node:fs';
import { refusal, type PauseProbeState, type Refusal } from '@hftmon/core';
import { SPAN_PROBE_LIMITS } from '../layout.js';
import { nativeLibrary, type SpanProbesHandle } from '../native/bindings.js';
import { spanProbesLibrary } from '../native/span-probes-bindings.js';
import type { ProbePlace } from '../span-probes/find-places.js';
import { mayReplaceReturns } from '../span-probes/unsafe-returns.js';
import { findRuntime, programOf, type FoundRuntime } from './find-runtime.js';

/** A process may become another program at any time; asking which costs a few us. */
const LOOK_EVERY_MS = 1000;

interface Followed {
  program: string | undefined;
  state: PauseProbeState | undefined;
}

/**
 * Puts probes into the V8 of target processes, and takes them out again. A target without is none
 * to complain about, and one that can't be probed is followed all the same.
 */
export class PauseFollower {
  readonly #handle: SpanProbesHandle;
  readonly #procRoot: string;
  readonly #followed = new Map<number, Followed>();
  /** Of processes that were let go of. */
  readonly #past: PauseProbeState[] = [];
  #nextLookMs = 0;

  constructor(handle: SpanProbesHandle, procRoot: string) {
    this.#handle = handle;
    this.#procRoot = procRoot;
  }

  follow(pid: number): void {
    if (this.#followed.has(pid)) return;
    const program = programOf(pid, this.#procRoot);
    this.#followed.set(pid, { program, state: this.#enter(pid) });
  }

  /** Looks for processes that have become another program. */
  look(): void {
    const now = performance.now();
    if (now < this.#nextLookMs) return;
    this.#nextLookMs = now + LOOK_EVERY_MS;
    for (const [pid, followed] of this.#followed) {
      const program = programOf(pid, this.#procRoot);
      if (program === undefined || program === followed.program) continue;
      this.#leave(pid);
      this.#followed.set(pid, { program, state: this.#enter(pid) });
    }
  }

  forget(pid: number): void {
    const followed = this.#followed.get(pid);
    if (followed === undefined) return;
    this.#leave(pid);
    this.#followed.delete(pid);
    if (followed.state !== undefined) this.#past.push(followed.state);
  }

  close(): void {
    for (const pid of [...this.#followed.keys()]) this.forget(pid);
  }

  /** Those that run V8, also of processes that were let go of. */
  list(): PauseProbeState[] {
    const live = [...this.#followed.values()].flatMap(({ state }) => state ?? []);
    return [...this.#past, ...live];
  }

  #enter(pid: number): PauseProbeState | undefined {
    const runtime = findRuntime(pid, this.#procRoot);
    if (runtime === undefined) return undefined;
    try {
      return this.#attach(pid, runtime);
    } finally {
      closeSync(runtime.fd);
    }
  }

  #attach(pid: number, { binary, fd, places }: FoundRuntime): PauseProbeState {
    const state = { pid, runtime: 'v8', binary, steps: false } as const;
    if (typeof places === 'string') return { ...state, refusal: noSymbol(pid, binary, places) };
    const path = `/proc/self/fd/${fd}`;
    if (!this.#attachAll(pid, path, places.collection)) {
      return { ...state, refusal: notAttached(pid) };
    }
    // V8 is built without exceptions, so that nothing but its return leaves the step.
    const steps =
      places.step.length > 0 &&
      mayReplaceReturns(pid, this.#procRoot) &&
      this.#attachAll(pid, path, places.step);
    return { ...state, steps };
  }

  #attachAll(pid: number, path: string, places: readonly ProbePlace[]): boolean {
    return places.every(
      (place) =>
        spanProbesLibrary().attach(this.#handle, {
          ...place,
          index: indexOf(pid),
          pid,
          source: 0,
          path,
        }) >= 0,
    );
  }

  #leave(pid: number): void {
    spanProbesLibrary().detach(this.#handle, indexOf(pid));
  }
}

/** The indices below are of span probes. */
function indexOf(pid: number): number {
  return SPAN_PROBE_LIMITS.probes + pid;
}

function noSymbol(pid: number, binary: string, name: string): Refusal {
  return refusal('HFTMON_E_PAUSES_UNSEEN', {
    pid,
    reason: `${binary} has no symbol of ${name}: it was stripped, or its V8 is of another version`,
    remedy:
      'run the program with a build of Node that has its symbols, as those of nodejs.org have',
  });
}

function notAttached(pid: number): Refusal {
  return refusal('HFTMON_E_PAUSES_UNSEEN', {
    pid,
    reason: `the kernel refused the probes: ${nativeLibrary().lastError()}`,
    remedy: 'run with CAP_SYS_ADMIN, or with CAP_BPF and CAP_PERFMON',
  });
}
