import { ThreadTrack } from './thread-track.js';

/** Threads that are tracked at most; more are counted, not tracked. */
const MOST_LIVE = 16_384;
/** Ended threads that are remembered; those that ended first are forgotten. */
const MOST_ENDED = 1024;

/** The threads of the targets: who is there, and who was. */
export class ThreadRegistry {
  readonly #byTid = new Map<number, ThreadTrack>();
  readonly #ended: ThreadTrack[] = [];
  /** The live ones, in an array: going through it does not allocate. */
  readonly live: ThreadTrack[] = [];
  /** Threads that were not tracked for lack of room. */
  untracked = 0;

  get(tid: number): ThreadTrack | undefined {
    return this.#byTid.get(tid);
  }

  /** The live thread with this tid; a new one if there is none, or it is of another process. */
  add(tid: number, pid: number): ThreadTrack | undefined {
    const known = this.#byTid.get(tid);
    if (known?.pid === pid) return known;
    if (known !== undefined) this.end(known);
    if (this.live.length >= MOST_LIVE) {
      this.untracked++;
      return undefined;
    }
    const track = new ThreadTrack(tid, pid);
    this.#byTid.set(tid, track);
    this.live.push(track);
    return track;
  }

  /** The thread ended. Its tid is free for another one. */
  end(track: ThreadTrack): void {
    if (track.hasEnded) return;
    track.hasEnded = true;
    this.#byTid.delete(track.tid);
    const last = this.live.pop()!;
    if (last !== track) this.live[this.live.indexOf(track)] = last;
    this.#ended.push(track);
    if (this.#ended.length > MOST_ENDED) this.#ended.shift();
  }

  /** All threads of a process end, as far as they did not yet. */
  endProcess(pid: number): void {
    for (const track of this.live.filter((each) => each.pid === pid)) this.end(track);
  }

  /** Threads of a process, those that ended first. */
  of(pid: number): ThreadTrack[] {
    const isOfPid = (track: ThreadTrack): boolean => track.pid === pid;
    return [...this.#ended.filter(isOfPid), ...this.live.filter(isOfPid)];
  }

  /** Processes with threads, live or ended. */
  pids(): Set<number> {
    return new Set([...this.#ended, ...this.live].map(({ pid }) => pid));
  }
}
