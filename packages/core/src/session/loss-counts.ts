/** Fate of the events of one kind: `seen = emitted + filtered + dropped`, exactly. */
export interface KindCounts {
  readonly seen: number;
  /** Written to the kernel ring. */
  readonly emitted: number;
  /** Left out on purpose: not of a target, or shorter than asked. */
  readonly filtered: number;
  /** Wanted, but the kernel ring was full. */
  readonly dropped: number;
}

/** Loss accounts of a session. */
export interface LossCounts extends KindCounts {
  /** The same by kind number. */
  readonly byKind: ReadonlyMap<number, KindCounts>;
  /** The same by CPU. */
  readonly byCpu: readonly KindCounts[];
  /** Threads that began when no slot was free, so that they are not followed. */
  readonly untrackedThreads: number;
}
