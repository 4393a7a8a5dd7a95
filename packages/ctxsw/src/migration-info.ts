import {
  migrateCpuFrom,
  migrateCpuTo,
  migrateMoverTid,
  taskRef,
  tidAt,
  timestampAt,
} from '@hftmon/core';
import { nodesOf } from './nodes-of.js';
import type { DecodeContext } from './switch-info.js';
import type { MigrationInfo } from './types.js';

/** Builds the answer for one Migrate record. */
export function migrationInfo(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  { clock, source, nodes }: DecodeContext,
): MigrationInfo {
  const timestampNs = timestampAt(f64, base);
  const tid = tidAt(u32, base);
  const own = source.tasks.lookup(tid, timestampNs);
  const cpuFrom = migrateCpuFrom(u32, base);
  const cpuTo = migrateCpuTo(u32, base);
  return {
    timestamp: clock.toDate(timestampNs),
    timestampNs,
    pid: own?.pid ?? 0,
    tid,
    comm: own?.comm ?? '',
    cpuFrom,
    cpuTo,
    ...nodesOf(nodes, cpuFrom, cpuTo),
    movedBy: taskRef(source.tasks, migrateMoverTid(u32, base), timestampNs, source.cgroups),
  };
}
