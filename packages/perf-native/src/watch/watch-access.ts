/** What a watchpoint stops for; numbers of linux/hw_breakpoint.h. x86 can't watch loads alone. */
export const WATCH_ACCESS = { writes: 2, 'reads-and-writes': 3 } as const;

/** What a watchpoint stops for. */
export type WatchAccess = keyof typeof WATCH_ACCESS;

/** Memory to watch: 1, 2, 4 or 8 bytes at a multiple of that. */
export interface WatchedPlace {
  /** User address. */
  readonly address: number;
  /** Bytes: 1, 2, 4 or 8. */
  readonly length: number;
  readonly access: WatchAccess;
}

/** One access that a watchpoint saw. */
export interface WatchpointHit {
  /** Nanoseconds since the epoch given to the watchpoint. */
  readonly timeNs: number;
  /** Address of the instruction after the one that accessed. */
  readonly ip: number;
  readonly tid: number;
  readonly cpu: number;
}

/** Hits that a watchpoint can be armed for at once: what its ring holds. */
export const MOST_HITS = 400;
