import { isMonitorError, type Target } from '@hftmon/core';
import { closeAtExit } from '../files/close-at-exit.js';
import type { ProcessCells } from '../heatmap/heatmap.js';
import type { PageNodes } from '../placement/page-nodes.js';
import type { Absent } from '../support/absent.js';
import type { TargetMemory } from '../targets/target-memory.js';
import { damonCells } from './damon-cells.js';
import { CLAIM_PATH, DamonWatch, type DamonPlaces } from './damon-watch.js';

/** DAMON looking at one of the targets, if the user consents. */
export class DamonTarget {
  readonly #consent: boolean;
  readonly #places: DamonPlaces;
  #watch: DamonWatch | undefined;
  /** The one that is or was looked at. */
  #pid: number | undefined;
  #forget: (() => void) | undefined;
  #cells: ProcessCells | undefined;
  #refusal: Absent | undefined;

  constructor(consent: boolean, places: Omit<DamonPlaces, 'claimPath'> & Partial<DamonPlaces>) {
    this.#consent = consent;
    this.#places = { claimPath: CLAIM_PATH, ...places };
  }

  /** Looks at the process, unless it looks at another one already. */
  attach({ pid }: Target): void {
    if (!this.#consent || this.#watch !== undefined) return;
    const opened = DamonWatch.open(pid, this.#places);
    if (opened.ok) {
      this.#watch = opened.watch;
      this.#pid = pid;
      this.#cells = undefined;
      this.#refusal = undefined;
      this.#forget = closeAtExit(opened.watch);
      return;
    }
    this.#refusal = opened;
  }

  detach({ pid }: Target): void {
    if (this.#watch?.pid === pid) this.close();
  }

  /** Reads the regions and asks where their pages are. */
  refresh(pageBytes: number, pageNodes: PageNodes | undefined): void {
    const regions = this.#watch?.regions();
    if (this.#watch === undefined || regions === undefined || pageNodes === undefined) return;
    try {
      this.#cells = damonCells(this.#watch.pid, regions, pageBytes, pageNodes);
    } catch (error) {
      // The process has ended, which its placement tells.
      if (!isMonitorError(error)) throw error;
    }
  }

  /** Cells of a target, if it is the one that is looked at and regions were read. */
  cellsOf({ target }: TargetMemory): ProcessCells | undefined {
    return this.#pid === target.pid ? this.#cells : undefined;
  }

  /** Why DAMON does not look, when it was asked to. */
  get refusal(): Absent | undefined {
    return this.#refusal;
  }

  /** Takes everything away from the kernel. Idempotent. */
  close(): void {
    this.#watch?.close();
    this.#forget?.();
    this.#watch = undefined;
  }
}
