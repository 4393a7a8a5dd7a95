import { readFileSync } from 'node:fs';
import { readCpuLists } from '@hftmon/perf-native';

/**
 * Bytes of a cache line, the unit in which cores take memory from each other: from sysfs
 * (`cpu0/cache/index0/coherency_line_size`), else from the `clflush size` of /proc/cpuinfo, which is
 * the same on x86 and known also where a virtual machine hides its caches. `undefined` where neither
 * tells.
 */
export function readLineBytes(procRoot: string, sysRoot: string): number | undefined {
  const path = `${sysRoot}/devices/system/cpu/cpu0/cache/index0/coherency_line_size`;
  const flushed = /^clflush size\s*:\s*(\d+)$/m.exec(read(`${procRoot}/cpuinfo`) ?? '')?.[1];
  return [read(path), flushed].map((text) => Number(text ?? NaN)).find(isLineSize);
}

function isLineSize(bytes: number): boolean {
  return bytes >= 16 && bytes <= 4096 && Number.isInteger(Math.log2(bytes));
}

/**
 * By CPU, the lowest CPU of the same core: threads that alternate between the CPUs of one core share
 * its first-level cache, and nothing moves. A CPU that sysfs does not know is a core of its own; for
 * one that comes online later there is no answer.
 */
export function readCores(sysRoot: string): Uint16Array {
  const { online } = readCpuLists(sysRoot);
  return Uint16Array.from({ length: (online.at(-1) ?? -1) + 1 }, (_, cpu) => {
    const path = `${sysRoot}/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`;
    return Number(/^\d+/.exec(read(path) ?? '')?.[0] ?? cpu);
  });
}

/** A file that is missing, or that nobody may read, tells nothing: the callers say so. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
