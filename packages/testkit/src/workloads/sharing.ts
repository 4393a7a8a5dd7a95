import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

/**
 * Where the threads' words lie. `false`: each its own word of one cache line; `true`: all the same
 * word; `mixed`: each its own word of one line, and a word of that line that all use; `padded`:
 * each its own word, two lines apart.
 */
export type SharingLayout = 'false' | 'true' | 'mixed' | 'padded';

export interface SharingOptions extends CommonOptions {
  /** Default `false`. */
  readonly layout?: SharingLayout;
  /** 1 to 4. Default 2. */
  readonly threads?: number;
  /** The first so many threads load and store, the others only load. Default: all. */
  readonly writers?: number;
  /** Iterations of each thread. Default: until the duration is over, or `stop`. */
  readonly iterations?: number;
  /** Default: until `stop`. */
  readonly durationMs?: number;
  /** CPU of the first, third, ... thread. Default: the first allowed. */
  readonly cpu?: number;
  /** CPU of the second, fourth, ... thread. Default: another one. */
  readonly otherCpu?: number;
}

/** A thread and the words that it uses; addresses are hexadecimal. */
export interface SharingThread {
  readonly tid: number;
  readonly cpu: number;
  /** Its word, 8 bytes. */
  readonly address: string;
  /** The word of all, 8 bytes; only in a `mixed` layout. */
  readonly commonAddress?: string;
  /** Does it store, too? */
  readonly writes: boolean;
}

/** A thread and what it did: an iteration is one load and, if it writes, one store per word. */
export interface SharingThreadReport extends SharingThread {
  readonly iterations: number;
  readonly startNs: number;
  readonly endNs: number;
}

/** Where the words are; known before the threads begin. */
export interface SharingPlace {
  readonly layout: SharingLayout;
  /** Data symbol of the words: `shared_line`, or `padded_lines`. */
  readonly symbol: string;
  /** Address of the symbol, hexadecimal; the start of a cache line. */
  readonly line: string;
  readonly threads: readonly SharingThread[];
}

export interface SharingReport extends CommonReport, SharingPlace {
  readonly threads: readonly SharingThreadReport[];
}

/** Threads that load and store words of one cache line, or of lines of their own. */
export function spawnSharing(options: SharingOptions = {}): Promise<Workload<SharingReport>> {
  return Workload.spawn('sharing', options);
}

/** What the workload said of its words when it was ready. */
export function sharingPlace(workload: Workload<SharingReport>): SharingPlace {
  return workload.ready as unknown as SharingPlace;
}
