import { refusal, type NameCounts, type RefusedMarks } from '@hftmon/core';
import { nativeLibrary, type MarkersHandle } from '../native/bindings.js';
import { markersLibrary } from '../native/markers-bindings.js';
import { MarkAccounts } from './mark-accounts.js';
import { MarkerOrigin } from './marker-origin.js';

const ESRCH = -3;
const ENOENT = -2;
const EALREADY = -114;
/** Areas of one process: its program has one, and each shared library that marks. */
const MOST_AREAS = 64;
const NAME_BYTES = 64;
/** Looking for new areas may take that part of the time … */
const LOOKING_SHARE = 1 / 50;
/** … but is not put off for longer than that, ms. */
const LONGEST_REST_MS = 500;
const NO_COUNTS: NameCounts = { spans: 0, open: 0, errors: 0 };

/** A process, and its areas that are read. */
interface Followed {
  /** CLOCK_MONOTONIC; marks of before are not told. */
  readonly sinceNs: bigint;
  readonly areas: MarkerOrigin[];
}

/** Finds the areas of marks of the target processes, and has them read. */
export class MarkerFollower {
  readonly #markers: MarkersHandle;
  readonly #memory: Uint32Array;
  readonly #procRoot: string;
  readonly #origins = new Map<number, MarkerOrigin>();
  readonly #live = new Map<number, Followed>();
  /** By process and descriptor. */
  readonly #refused = new Map<string, RefusedMarks>();
  readonly #found = new Uint32Array(MOST_AREAS);
  readonly #text = new Uint8Array(NAME_BYTES);
  #nextLookMs = 0;

  constructor(markers: MarkersHandle, memory: Uint32Array, procRoot: string) {
    this.#markers = markers;
    this.#memory = memory;
    this.#procRoot = procRoot;
  }

  /** Looks for areas of a process, now and later on. */
  follow(pid: number): void {
    if (this.#live.has(pid)) return;
    const followed: Followed = { sinceNs: nativeLibrary().monotonicNs(), areas: [] };
    this.#live.set(pid, followed);
    this.#lookAt(pid, followed);
  }

  /** Looks for areas that were made since, unless the last look was too dear for another one. */
  look(): void {
    const begin = performance.now();
    if (begin < this.#nextLookMs) return;
    for (const [pid, followed] of this.#live) this.#lookAt(pid, followed);
    const end = performance.now();
    this.#nextLookMs = end + Math.min(LONGEST_REST_MS, (end - begin) / LOOKING_SHARE);
  }

  /** Reads the last of a process's areas and lets go of them. */
  forget(pid: number): void {
    for (const area of this.#live.get(pid)?.areas ?? []) {
      area.keepNames();
      markersLibrary().close(this.#markers, area.index);
      area.keepCounts();
    }
    this.#live.delete(pid);
  }

  /** Lets go of everything; what was read stays to be asked for. */
  close(): void {
    for (const pid of [...this.#live.keys()]) this.forget(pid);
  }

  list() {
    return [...this.#origins.values()].map((area) => area.describe());
  }

  refused(): readonly RefusedMarks[] {
    return [...this.#refused.values()];
  }

  pidOf(origin: number): number | undefined {
    return this.#origins.get(origin)?.pid;
  }

  nameOf(origin: number, name: number): string | undefined {
    return this.#origins.get(origin)?.nameOf(name);
  }

  countsOf(origin: number, name: number): NameCounts {
    return this.#origins.get(origin)?.countsOf(name) ?? NO_COUNTS;
  }

  #lookAt(pid: number, followed: Followed): void {
    const count = markersLibrary().find(
      this.#markers,
      this.#procRoot,
      pid,
      this.#found,
      MOST_AREAS,
    );
    // A process that has just ended is noticed by the session.
    for (let i = 0; i < Math.min(count, MOST_AREAS); i++)
      this.#open(pid, this.#found[i]!, followed);
  }

  #open(pid: number, fd: number, { areas, sinceNs }: Followed): void {
    const key = `${pid}/${fd}`;
    if (this.#refused.has(key) || areas.some((area) => area.fd === fd)) return;
    const index = markersLibrary().open(this.#markers, this.#procRoot, pid, fd, sinceNs);
    if (index >= 0) {
      const area = new MarkerOrigin(
        { pid, fd, index },
        new MarkAccounts(this.#memory, index),
        (at, id) => this.#readName(at, id),
      );
      this.#origins.set(area.origin, area);
      areas.push(area);
      return;
    }
    // Read by another descriptor, inherited from the parent, or gone.
    if (index === EALREADY || index === ESRCH || index === ENOENT) return;
    const detail = nativeLibrary().lastError();
    this.#refused.set(key, {
      pid,
      fd,
      refusal: refusal('HFTMON_E_MARKER_REFUSED', { pid, fd, detail }),
    });
  }

  #readName(index: number, id: number): string | undefined {
    const length = markersLibrary().name(this.#markers, index, id, this.#text);
    if (length < 0) return undefined;
    return Buffer.from(this.#text.subarray(0, length)).toString('utf8');
  }
}
