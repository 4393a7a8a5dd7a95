import { readdirSync, readFileSync } from 'node:fs';
import { ThreadTrack } from '../detect/thread-track.js';

/** Threads that can be told apart; the one known longest goes first. */
const MOST_THREADS = 8192;

/** Ended threads whose intervals are kept: spans are told after the end of their thread. */
const MOST_ENDED = 64;

interface EndedThread {
  readonly pid: number;
  readonly track: ThreadTrack;
}

/** The threads of the targets. */
export class ThreadRegistry {
  readonly #tracks = new Map<number, ThreadTrack>();
  /** Process of each thread, from the lists of threads and the records of new ones. */
  readonly #pids = new Map<number, number>();
  readonly #ended = new Map<number, EndedThread>();
  readonly #beforeForget: (track: ThreadTrack) => void;
  readonly #onEnd: (tid: number) => void;
  readonly #procRoot: string;
  /** Processes whose records still come, but are to be told of no more. */
  readonly #leaving = new Set<number>();
  /** The one asked for last: records of a thread come in bursts. */
  #last: ThreadTrack | undefined;

  /**
   * @param beforeForget - called before a thread is given up
   * @param onEnd - called when one has ended
   */
  constructor(
    procRoot: string,
    beforeForget: (track: ThreadTrack) => void,
    onEnd: (tid: number) => void = () => undefined,
  ) {
    this.#procRoot = procRoot;
    this.#beforeForget = beforeForget;
    this.#onEnd = onEnd;
  }

  /** The thread, if it is known. Hot path. */
  find(tid: number): ThreadTrack | undefined {
    const last = this.#last;
    if (last !== undefined && last.tid === tid) return last;
    const track = this.#tracks.get(tid);
    if (track !== undefined) this.#last = track;
    return track;
  }

  /** The thread, made known now if it wasn't. Allocates at the first record of a thread alone. */
  obtain(tid: number): ThreadTrack {
    return this.find(tid) ?? this.#add(tid);
  }

  /** A new thread: whoever had that number before is gone. */
  begin(tid: number, pid: number): void {
    this.#drop(tid);
    if (this.#pids.size < 4 * MOST_THREADS) this.#pids.set(tid, pid);
  }

  /** A thread has ended. */
  end(tid: number): void {
    this.#drop(tid);
    this.#onEnd(tid);
  }

  /** A thread's threshold is to be settled anew: it may have another name. */
  reassign(tid: number): void {
    const track = this.#tracks.get(tid);
    if (track !== undefined && !track.muted) track.assigned = false;
  }

  /** Learns the threads of a process. */
  attach(pid: number): void {
    this.#pids.set(pid, pid);
    for (const tid of this.#listThreads(pid)) this.#pids.set(tid, pid);
  }

  /** Looks at the threads of a process for the last time: what comes until `detach` is no spike. */
  leave(pid: number): void {
    this.#leaving.add(pid);
    for (const track of this.#tracks.values()) {
      if (this.pidOf(track) !== pid) continue;
      this.#beforeForget(track);
      track.mute();
    }
  }

  /** Does that process leave? */
  isLeaving(pid: number): boolean {
    return this.#leaving.has(pid);
  }

  /** Forgets the threads of a process, and those that have ended without anybody's knowing whose they were. */
  detach(pid: number): void {
    this.#leaving.delete(pid);
    for (const track of [...this.#tracks.values()]) {
      const owner = this.pidOf(track);
      if (owner === pid || owner === 0) this.#forget(track);
    }
    for (const [tid, owner] of this.#pids) if (owner === pid) this.#pids.delete(tid);
  }

  /** Every known thread. */
  all(): IterableIterator<ThreadTrack> {
    return this.#tracks.values();
  }

  /** The thread, if it is known to be one of that process, or to have been. */
  of(tid: number, pid: number): ThreadTrack | undefined {
    if (this.#pids.get(tid) === pid) return this.obtain(tid);
    const ended = this.#ended.get(tid);
    return ended?.pid === pid ? ended.track : undefined;
  }

  /** Process of a thread, 0 if it can't be told any more. */
  pidOf(track: ThreadTrack): number {
    if (track.pid === 0) track.pid = this.#pids.get(track.tid) ?? this.#readPid(track.tid);
    return track.pid;
  }

  /** Forgets all. */
  clear(): void {
    this.#tracks.clear();
    this.#leaving.clear();
    this.#ended.clear();
    this.#pids.clear();
    this.#last = undefined;
  }

  #drop(tid: number): void {
    const track = this.#tracks.get(tid);
    if (track !== undefined) {
      this.#remember(track);
      this.#forget(track);
    }
    this.#pids.delete(tid);
  }

  #add(tid: number): ThreadTrack {
    const track = this.#tracks.size < MOST_THREADS ? new ThreadTrack() : this.#oldest();
    track.become(tid);
    if (this.#leaving.size > 0 && this.#leaving.has(this.pidOf(track))) track.mute();
    this.#tracks.set(tid, track);
    this.#last = track;
    return track;
  }

  /** Gives up the thread known longest, whose memory serves the next one. */
  #oldest(): ThreadTrack {
    for (const track of this.#tracks.values()) {
      this.#forget(track);
      return track;
    }
    return new ThreadTrack();
  }

  #remember(track: ThreadTrack): void {
    const pid = this.#pids.get(track.tid);
    if (pid === undefined) return;
    this.#ended.delete(track.tid);
    this.#ended.set(track.tid, { pid, track });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MOST_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  #forget(track: ThreadTrack): void {
    this.#beforeForget(track);
    this.#tracks.delete(track.tid);
    if (this.#last === track) this.#last = undefined;
  }

  #listThreads(pid: number): number[] {
    try {
      return readdirSync(`${this.#procRoot}/${pid}/task`).map(Number);
    } catch {
      return []; // gone already: its records, if any, still come
    }
  }

  /** Asks /proc, where a thread can be found by its own number too. */
  #readPid(tid: number): number {
    try {
      const status = readFileSync(`${this.#procRoot}/${tid}/status`, 'utf8');
      return Number(/^Tgid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      return 0;
    }
  }
}
