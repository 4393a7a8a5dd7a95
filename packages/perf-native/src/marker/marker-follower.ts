import { statSync } from 'node:fs';
import { refusal, type ErrorCode, type NameCounts, type RefusedMarks } from '@hftmon/core';
import { nativeLibrary, type MarkersHandle } from '../native/bindings.js';
import { markersLibrary } from '../native/markers-bindings.js';
import { MarkAccounts } from './mark-accounts.js';
import { MarkerOrigin } from './marker-origin.js';

const ENOENT = -2;
const ESRCH = -3;
const EALREADY = -114;
/** What is no fault of the area. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [-1, 'HFTMON_E_MARKER_HIDDEN'], // EPERM
  [-13, 'HFTMON_E_MARKER_HIDDEN'], // EACCES
  [-28, 'HFTMON_E_MARKER_TOO_MANY'], // ENOSPC
]);
/** Areas that a session reads, of one process as of all. */
const MOST_AREAS = 64;
const NAME_BYTES = 64;
/** Looking for new areas takes that part of the time if it is put off for no longer than that, ms … */
const LOOKING_SHARE = 1 / 500;
const SHORT_REST_MS = 100;
/** … and otherwise up to that part of it, put off for no longer than that, ms. */
const LARGEST_SHARE = 1 / 50;
const LONGEST_REST_MS = 500;
/** One descriptor closed and another opened, as by exec, leave their number: looked at so often, ms. */
const UNCHANGED_MS = 100;
/** Areas of ended processes that are remembered, and refusals: the latest. */
const MOST_ENDED = 1024;
const MOST_REFUSED = 64;
const NO_COUNTS: NameCounts = { spans: 0, open: 0, errors: 0 };

/** A process, and its areas. */
interface Followed {
  /** CLOCK_MONOTONIC; marks of before are not told. */
  readonly sinceNs: bigint;
  /** It is followed because its parent is. */
  readonly isChild: boolean;
  /** Those that are read, by inode. */
  readonly areas: Map<bigint, MarkerOrigin>;
  /** Of the last look: what it found may not have been ready yet. */
  refused: RefusedMarks[];
  /** Open descriptors at the last look, and when to look again though they are as many. */
  descriptors: number;
  againMs: number;
}

/** Finds the areas of marks of the target processes, and has them read. */
export class MarkerFollower {
  readonly #markers: MarkersHandle;
  readonly #memory: Uint32Array;
  readonly #procRoot: string;
  readonly #origins = new Map<number, MarkerOrigin>();
  readonly #live = new Map<number, Followed>();
  readonly #ended: MarkerOrigin[] = [];
  readonly #refused: RefusedMarks[] = [];
  readonly #found = new Uint32Array(MOST_AREAS);
  readonly #inodes = new BigUint64Array(MOST_AREAS);
  readonly #text = new Uint8Array(NAME_BYTES);
  readonly #openedNs = nativeLibrary().monotonicNs();
  #nextLookMs = 0;

  constructor(markers: MarkersHandle, memory: Uint32Array, procRoot: string) {
    this.#markers = markers;
    this.#memory = memory;
    this.#procRoot = procRoot;
  }

  /** Looks for areas of a process, now and later on. */
  follow(pid: number): void {
    if (this.#live.get(pid)?.isChild === false) return;
    this.forget(pid);
    this.#add(pid, { sinceNs: nativeLibrary().monotonicNs(), isChild: false });
  }

  /** The same for those of all targets; of a new one all marks are told, of an ended one the last. */
  followChildren(pids: readonly number[]): void {
    for (const [pid, { isChild }] of this.#live) {
      if (isChild && !pids.includes(pid)) this.forget(pid);
    }
    for (const pid of pids) {
      if (!this.#live.has(pid)) this.#add(pid, { sinceNs: this.#openedNs, isChild: true });
    }
  }

  /** Looks for areas that were made since, unless the last look was too dear for another one. */
  look(): void {
    const begin = performance.now();
    if (begin < this.#nextLookMs) return;
    for (const [pid, followed] of this.#live) {
      if (this.#mayHaveChanged(pid, followed, begin)) this.#lookAt(pid, followed);
    }
    const end = performance.now();
    this.#nextLookMs = end + restMs(end - begin);
  }

  /** Reads the last of a process's areas and lets go of them. */
  forget(pid: number): void {
    const followed = this.#live.get(pid);
    if (followed === undefined) return;
    for (const area of followed.areas.values()) this.#letGo(area);
    this.#refused.push(...followed.refused);
    this.#refused.splice(0, this.#refused.length - MOST_REFUSED);
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
    return [...this.#refused, ...[...this.#live.values()].flatMap(({ refused }) => refused)];
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

  #add(pid: number, of: Pick<Followed, 'sinceNs' | 'isChild'>): void {
    const followed = { ...of, areas: new Map(), refused: [], descriptors: 0, againMs: 0 };
    this.#live.set(pid, followed);
    this.#lookAt(pid, followed);
  }

  /** Reading every descriptor takes 100 us. */
  #mayHaveChanged(pid: number, followed: Followed, nowMs: number): boolean {
    const descriptors = this.#descriptorsOf(pid);
    const same = descriptors > 0 && descriptors === followed.descriptors;
    if (same && followed.refused.length === 0 && nowMs < followed.againMs) return false;
    followed.descriptors = descriptors;
    followed.againMs = nowMs + UNCHANGED_MS;
    return true;
  }

  /** Open ones; 0 where it is not known: /proc says it since Linux 6.2. */
  #descriptorsOf(pid: number): number {
    try {
      return statSync(`${this.#procRoot}/${pid}/fd`).size;
    } catch {
      // Of a process that is gone or hidden the look itself tells that.
      return 0;
    }
  }

  #lookAt(pid: number, followed: Followed): void {
    const { areas } = followed;
    const count = this.#find(pid);
    // A process that has just ended is noticed by the session.
    if (count === ENOENT || count === ESRCH) return;
    followed.refused = count < 0 ? [refused('HFTMON_E_MARKER_HIDDEN', pid)] : [];
    if (count > MOST_AREAS) followed.refused.push(refused('HFTMON_E_MARKER_TOO_MANY', pid));
    const inodes = [...this.#inodes.subarray(0, Math.max(0, Math.min(count, MOST_AREAS)))];
    if (inodes.every((inode) => areas.has(inode))) return;
    // What is not there any more was closed by an exec: the program that it was is gone.
    if (count <= MOST_AREAS) {
      for (const [inode, area] of areas) {
        if (inodes.includes(inode)) continue;
        this.#letGo(area);
        areas.delete(inode);
      }
    }
    for (const [i, inode] of inodes.entries()) {
      if (!areas.has(inode)) this.#open(pid, this.#found[i]!, inode, followed);
    }
  }

  #find(pid: number): number {
    const { find } = markersLibrary();
    return find(this.#markers, this.#procRoot, pid, this.#found, this.#inodes, MOST_AREAS);
  }

  #open(pid: number, fd: number, inode: bigint, followed: Followed): void {
    const { areas, sinceNs } = followed;
    const index = markersLibrary().open(this.#markers, this.#procRoot, pid, fd, sinceNs);
    if (index >= 0) {
      const area = new MarkerOrigin(
        { pid, index },
        new MarkAccounts(this.#memory, index),
        (at, id) => this.#readName(at, id),
      );
      this.#origins.set(area.origin, area);
      areas.set(inode, area);
      return;
    }
    // Read by another descriptor, inherited from the parent, or gone.
    if (index === EALREADY || index === ESRCH || index === ENOENT) return;
    followed.refused.push(refused(CODES.get(index) ?? 'HFTMON_E_MARKER_REFUSED', pid, fd));
  }

  #letGo(area: MarkerOrigin): void {
    area.keepNames();
    markersLibrary().close(this.#markers, area.index);
    area.keepCounts();
    this.#ended.push(area);
    if (this.#ended.length > MOST_ENDED) this.#origins.delete(this.#ended.shift()!.origin);
  }

  #readName(index: number, id: number): string | undefined {
    const length = markersLibrary().name(this.#markers, index, id, this.#text);
    if (length < 0) return undefined;
    return Buffer.from(this.#text.subarray(0, length)).toString('utf8');
  }
}

function restMs(tookMs: number): number {
  const least = Math.min(LONGEST_REST_MS, tookMs / LARGEST_SHARE);
  return Math.max(least, Math.min(SHORT_REST_MS, tookMs / LOOKING_SHARE));
}

function refused(code: ErrorCode, pid: number, fd?: number): RefusedMarks {
  const facts = { pid, fd: fd ?? -1, limit: MOST_AREAS, detail: nativeLibrary().lastError() };
  return { pid, ...(fd === undefined ? {} : { fd }), refusal: refusal(code, facts) };
}
