import assert from 'node:assert/strict';
import type { ConformanceOptions } from './options.js';

/** An answer is there, has no NaN anywhere, and passes what the collector's own check says. */
export function assertValidAnswer<C, Q, S>(
  snapshot: S,
  { checkSnapshot }: ConformanceOptions<C, Q, S>,
): void {
  assert.notEqual(snapshot, undefined, 'snapshot returned undefined');
  const path = findNaN(snapshot, 'snapshot', new Set());
  assert.equal(path, undefined, `${path} is NaN: an absent number is undefined, never NaN`);
  checkSnapshot?.(snapshot);
}

function findNaN(value: unknown, path: string, seen: Set<unknown>): string | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? path : undefined;
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  const entries =
    value instanceof Map
      ? [...value].map(([key, item]) => [String(key), item] as const)
      : Object.entries(value);
  for (const [key, item] of entries) {
    const found = findNaN(item, `${path}.${key}`, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
