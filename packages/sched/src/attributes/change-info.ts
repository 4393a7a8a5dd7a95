import { taskRef, type CollectorContext } from '@hftmon/core';
import type { AttributeChange } from '../types.js';
import type { FoundChange } from './attribute-change.js';

/** Builds the answer for a change. */
export function changeInfo(
  { foundNs, resolutionNs, tid, pid, before, after, changed }: FoundChange,
  { clock, source }: Pick<CollectorContext, 'clock' | 'source'>,
): AttributeChange {
  return {
    timestamp: clock.toDate(foundNs),
    timestampNs: foundNs,
    resolutionUs: resolutionNs / 1e3,
    pid,
    ...taskRef(source.tasks, tid, foundNs),
    changed,
    before,
    after,
  };
}
