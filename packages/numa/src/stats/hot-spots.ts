import type { DataSymbols, MemoryMap } from '@hftmon/perf-native';
import type { HeatmapCell } from '../heatmap/types.js';
import { kindOfPath } from '../placement/kind-of-path.js';
import type { HotSpot } from '../types.js';

/** Names what is at addresses of a process. */
export interface PlaceNames {
  readonly symbols: DataSymbols;
  /** Absent when its mappings cannot be read (any more). */
  readonly mapOf: (pid: number) => MemoryMap | undefined;
}

/** The cells of a heatmap with most weight, with what is there. */
export function hotSpots(
  cells: readonly HeatmapCell[],
  most: number,
  names: PlaceNames,
): HotSpot[] {
  return cells.slice(0, most).flatMap((cell) => {
    const { pid, address, bytes, grain, source, weight, threads } = cell;
    if (address === undefined || bytes === undefined) return [];
    return [
      { pid, address, bytes, grain, source, weight, ...nameOf(pid, address, names), threads },
    ];
  });
}

function nameOf(
  pid: number,
  address: string,
  { symbols, mapOf }: PlaceNames,
): Pick<HotSpot, 'symbol' | 'mapping'> {
  const map = mapOf(pid);
  const place = map === undefined ? undefined : symbols.find(pid, map, BigInt(address));
  if (place === undefined) return {};
  const { path } = place.mapping;
  const kind = kindOfPath(path);
  return {
    ...(place.symbol !== undefined && { symbol: place.symbol.name }),
    mapping: { kind, ...(kind === 'file' && { file: path }) },
  };
}
