import { PauseType, pauseReason, pauseType } from '@hftmon/core';
import type { Slice } from '../receipt/slice.js';
import type { GcPauseDetails } from '../types/details/application.js';
import { sharesBy, sumNs } from './shares.js';

type Pause = GcPauseDetails['pauses'][0];

const KINDS: ReadonlyMap<number, Pause['kind']> = new Map([
  [PauseType.Scavenge, 'scavenge'],
  [PauseType.MarkCompact, 'mark_compact'],
  [PauseType.MinorMarkSweep, 'minor_mark_sweep'],
  [PauseType.MarkingStep, 'marking_step'],
]);

/** V8's GarbageCollectionReason, whose numbers it never gives another meaning. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [1, 'allocation failure'],
  [2, 'allocation limit'],
  [3, 'context disposal'],
  [4, 'counters extension'],
  [5, 'debugger'],
  [6, 'deserializer'],
  [7, 'external memory pressure'],
  [8, 'finalize incremental marking via stack guard'],
  [9, 'finalize incremental marking via task'],
  [10, 'full hash-table'],
  [11, 'heap profiler'],
  [12, 'task'],
  [13, 'last resort'],
  [14, 'low memory notification'],
  [15, 'make heap iterable'],
  [16, 'memory pressure'],
  [17, 'memory reducer'],
  [18, 'runtime'],
  [19, 'sampling profiler'],
  [20, 'snapshot creator'],
  [21, 'testing'],
  [22, 'external finalize'],
  [23, 'global allocation limit'],
  [24, 'measure memory'],
  [25, 'background allocation failure'],
  [26, 'finalize concurrent MinorMS'],
  [27, 'CppHeap allocation failure'],
]);

export function gcPauseDetails(slices: readonly Slice[]): GcPauseDetails {
  return {
    pauses: sharesBy(slices, keyOf).map(({ longest, ns, slices: pieces }) => ({
      ...describe(longest),
      ns,
      count: new Set(pieces.map(({ base }) => base)).size,
    })),
    blockedNs: sumNs(slices.filter(({ blocked }) => blocked === true)),
  };
}

function describe({ log, base }: Slice): Pick<Pause, 'kind' | 'reason'> {
  const kind = KINDS.get(pauseType(log.u32, base)) ?? 'unknown';
  const reason = REASONS.get(pauseReason(log.u32, base));
  return reason === undefined ? { kind } : { kind, reason };
}

function keyOf({ log, base }: Slice): number {
  return pauseType(log.u32, base) * 2 ** 16 + pauseReason(log.u32, base);
}
