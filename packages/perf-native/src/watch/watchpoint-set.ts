import type { Refusal } from '@hftmon/core';
import type { WatchedPlace, WatchpointHit } from './watch-access.js';
import { Watchpoint } from './watchpoint.js';

/** What to watch: a place, for accesses by one thread. */
export interface WatchRequest {
  readonly tid: number;
  readonly place: WatchedPlace;
}

/** A request that was not granted. */
export interface RefusedWatch extends WatchRequest {
  readonly refusal: Refusal;
}

/** A hit, and the place where. */
export interface PlacedHit extends WatchpointHit {
  readonly place: WatchedPlace;
}

/** Watchpoints on several threads and places that are armed and read together. */
export class WatchpointSet implements Disposable {
  readonly watchpoints: readonly Watchpoint[];
  readonly refused: readonly RefusedWatch[];

  private constructor(watchpoints: readonly Watchpoint[], refused: readonly RefusedWatch[]) {
    this.watchpoints = watchpoints;
    this.refused = refused;
  }

  /**
   * Opens what can be opened: a thread has four debug registers on most hosts, and threads end.
   * @param epochNs - CLOCK_MONOTONIC of time 0 of the hits, ns
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` for a request that makes no sense;
   *   nothing stays open
   */
  static open(requests: readonly WatchRequest[], epochNs = 0n): WatchpointSet {
    const watchpoints: Watchpoint[] = [];
    const refused: RefusedWatch[] = [];
    try {
      for (const request of requests) {
        const opened = Watchpoint.open(request.tid, request.place, epochNs);
        if (opened.ok) watchpoints.push(opened.watchpoint);
        else refused.push({ ...request, refusal: opened });
      }
    } catch (error) {
      for (const watchpoint of watchpoints) watchpoint.close();
      throw error;
    }
    return new WatchpointSet(watchpoints, refused);
  }

  /** Arms each for that many more hits, 1 to 400. @throws as `Watchpoint.arm` */
  arm(hits: number): void {
    for (const watchpoint of this.watchpoints) watchpoint.arm(hits);
  }

  /** Watches no more, until armed again. Idempotent. */
  disarm(): void {
    for (const watchpoint of this.watchpoints) watchpoint.disarm();
  }

  /** The hits of all since the last call, in the order of time. */
  hits(): PlacedHit[] {
    return this.watchpoints
      .flatMap((watchpoint) =>
        watchpoint.hits().map((hit) => ({ ...hit, place: watchpoint.place })),
      )
      .sort((a, b) => a.timeNs - b.timeNs);
  }

  /** Gives the registers back. Idempotent. */
  close(): void {
    for (const watchpoint of this.watchpoints) watchpoint.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
