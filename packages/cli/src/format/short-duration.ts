import { formatDuration } from '@hftmon/core';

/** A duration for a narrow column: three significant digits. */
export function shortDuration(ns: number): string {
  return formatDuration(Number(ns.toPrecision(3)));
}
