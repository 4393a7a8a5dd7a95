import { isMonitorError, type MonitorError } from '@hftmon/core';
import { TaskFolder } from './task-folder.js';

/** Hears of threads that come and go. Must not throw. */
export interface ThreadListener {
  threadStarted(tid: number, pid: number): void;
  threadEnded(tid: number, pid: number): void;
  /** After `threadEnded` of all its threads; the process is no longer watched. */
  processEnded?(pid: number): void;
}

export interface ThreadWatchOptions {
  /** Usually `/proc`. */
  readonly procRoot?: string;
  /** Shortest time between two looks, ms. Default 10. */
  readonly minIntervalMs?: number;
  /** Share of one CPU that looking may take at most. Default 0.01. */
  readonly budget?: number;
  /** A clock in ms. Default `performance.now`. */
  readonly now?: () => number;
}

/** A change that leaves the number of threads equal is found after this long, budget permitting. */
const FULL_SCAN_MS = 1000;

/** Differs from every number of links, so that the next look lists again. */
const UNKNOWN_LINKS = -2;

interface Watched {
  readonly folder: TaskFolder;
  /** Number of the scan that saw the thread last, by tid. */
  readonly seen: Map<number, number>;
  links: number;
}

/**
 * Follows the threads of processes by looking at /proc/PID/task, so without BPF and without
 * rights beyond seeing the process. The next look comes after a hundred times what the last one
 * took, so the cost is bounded whatever the number of threads; a thread shorter than the interval
 * may never be seen, and one that has ended passes for the next one of its process that got its
 * tid, if both were between two looks. A look is one fstat per process, and a listing where the number of threads
 * changed. A main thread that ended before its process is still listed, so it is not reported.
 */
export class ThreadWatch implements Disposable {
  readonly #listener: ThreadListener;
  readonly #procRoot: string;
  readonly #minIntervalMs: number;
  readonly #budget: number;
  readonly #now: () => number;
  readonly #processes = new Map<number, Watched>();
  #scan = 0;
  #nextLookMs = 0;
  #nextFullMs = 0;
  #intervalMs: number;
  #problem: MonitorError | undefined;

  constructor(listener: ThreadListener, options: ThreadWatchOptions = {}) {
    this.#listener = listener;
    this.#procRoot = options.procRoot ?? '/proc';
    this.#minIntervalMs = options.minIntervalMs ?? 10;
    this.#budget = options.budget ?? 0.01;
    this.#now = options.now ?? (() => performance.now());
    this.#intervalMs = this.#minIntervalMs;
  }

  /**
   * Watches a process and reports the threads that it has now, before returning.
   * @returns false when there is no such process (any more)
   * @throws PermissionError HFTMON_E_NOT_PERMITTED when /proc refuses (hidepid)
   * @throws MonitorError HFTMON_E_FILES_EXHAUSTED
   */
  attach(pid: number): boolean {
    if (this.#processes.has(pid)) return true;
    const folder = TaskFolder.open(pid, this.#procRoot);
    if (folder === undefined) return false;
    this.#processes.set(pid, { folder, seen: new Map(), links: 0 });
    try {
      this.#list(pid);
    } catch (error) {
      this.detach(pid);
      throw error;
    }
    return this.#processes.has(pid);
  }

  /** Stops watching a process; its threads are reported as ended. */
  detach(pid: number): void {
    const watched = this.#processes.get(pid);
    if (watched === undefined) return;
    this.#processes.delete(pid);
    watched.folder.close();
    for (const tid of watched.seen.keys()) this.#listener.threadEnded(tid, pid);
  }

  /**
   * Looks for changes if it is time; call it as often as you like.
   * @returns whether it looked
   */
  poll(): boolean {
    const begin = this.#now();
    if (begin < this.#nextLookMs) return false;
    const full = begin >= this.#nextFullMs;
    this.#problem = undefined;
    for (const pid of this.#processes.keys()) this.#look(pid, full);
    const end = this.#now();
    this.#intervalMs = Math.max(this.#minIntervalMs, (end - begin) / this.#budget);
    this.#nextLookMs = end + this.#intervalMs;
    if (full) this.#nextFullMs = end + FULL_SCAN_MS;
    return true;
  }

  /** Lists all threads now, whatever it costs. @throws MonitorError HFTMON_E_FILES_EXHAUSTED */
  refresh(): void {
    for (const pid of this.#processes.keys()) this.#list(pid);
  }

  /** Time between the last look and the next one, ms. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Why the last `poll` could not look at every process; it will try again. */
  get problem(): MonitorError | undefined {
    return this.#problem;
  }

  /** Processes that are watched. */
  pids(): number[] {
    return [...this.#processes.keys()];
  }

  /** Threads of a watched process, as last seen. */
  tids(pid: number): number[] {
    return [...(this.#processes.get(pid)?.seen.keys() ?? [])];
  }

  /** Stops watching, without a word to the listener. Idempotent. */
  close(): void {
    for (const { folder } of this.#processes.values()) folder.close();
    this.#processes.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A poll must not end with the first process that can't be listed. */
  #look(pid: number, full: boolean): void {
    const watched = this.#processes.get(pid)!;
    try {
      if (full || watched.folder.links() !== watched.links) this.#list(pid);
    } catch (error) {
      if (!isMonitorError(error)) throw error;
      this.#problem = error;
      watched.links = UNKNOWN_LINKS;
    }
  }

  #list(pid: number): void {
    const watched = this.#processes.get(pid)!;
    // Read first: a change during the listing then makes the next look list again.
    watched.links = watched.folder.links();
    const entries = watched.folder.entries();
    if (entries === undefined) {
      this.detach(pid);
      this.#listener.processEnded?.(pid);
      return;
    }
    const { seen } = watched;
    const scan = ++this.#scan;
    for (const entry of entries) {
      const tid = Number(entry);
      const known = seen.has(tid);
      seen.set(tid, scan);
      if (!known) this.#listener.threadStarted(tid, pid);
    }
    if (seen.size === entries.length) return;
    for (const [tid, last] of seen) {
      if (last === scan) continue;
      seen.delete(tid);
      this.#listener.threadEnded(tid, pid);
    }
  }
}
