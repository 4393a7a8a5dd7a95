import { join } from 'node:path';
import type { Interval } from '../workload/report-parts.js';
import { Workload, type CommonOptions, type CommonReport } from '../workload/workload.js';

export interface CollectionsOptions extends CommonOptions {
  /** Collections of the whole heap to ask for. Default 0. */
  readonly full?: number;
  /** Collections of the young generation to ask for. Default 0. */
  readonly young?: number;
  /** Garbage to make, MB: V8 collects it when it likes. Default 0. */
  readonly garbageMb?: number;
  /** Times to hold up the event loop. Default 0. */
  readonly blocks?: number;
  /** For so long, ms. Default 50. */
  readonly blockMs?: number;
  /** Not by work, but by spawnSync(), which waits by an event loop of its own. Default false. */
  readonly nested?: boolean;
  /** Do all that in a worker. Default false. */
  readonly worker?: boolean;
}

/** What perf_hooks told of a collection. */
export interface ObservedCollection extends Interval {
  /** `performanceEntry.detail.kind`. */
  readonly kind: number;
  /** The program asked for it. */
  readonly forced: boolean;
}

export interface CollectionsReport extends CommonReport {
  /** Of the collections that were asked for, around the call. */
  readonly calls: readonly Interval[];
  readonly observed: readonly ObservedCollection[];
  /** In which all were observed. */
  readonly window: Interval;
  /** When the event loop was held up. */
  readonly blocked: readonly Interval[];
}

const PROGRAM = join(import.meta.dirname, '../../fixtures/programs/collections.mjs');

/** A Node program that collects garbage. @param node - that runs it; default: the one that runs this */
export function spawnCollections(
  options: CollectionsOptions = {},
  node = process.execPath,
): Promise<Workload<CollectionsReport>> {
  return Workload.spawn('collections', options, [node, '--expose-gc', PROGRAM]);
}
