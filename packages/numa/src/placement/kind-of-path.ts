import type { MappingKind } from './numa-maps.js';

/** Kind of a mapping by its name in /proc/PID/maps. */
export function kindOfPath(path: string): MappingKind {
  if (path === '[heap]') return 'heap';
  if (path.startsWith('[stack')) return 'stack';
  return path.startsWith('/') ? 'file' : 'anonymous';
}
