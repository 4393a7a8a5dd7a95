import { createError } from '@hftmon/core';
import { nativeLibrary } from '../native/bindings.js';
import { memoryLibrary } from '../native/memory-bindings.js';

/** MAX_RW_COUNT of the kernel: what one system call copies at most. */
const MOST_BYTES = 0x7ffff000;

const EPERM = -1;
const ESRCH = -3;
const EINVAL = -22;

/** Answers of {@link queryPageNodes} for pages that are on no node. */
export const PAGE_STATUS = {
  /** -ENOENT: no page there yet, or it is swapped out. */
  absent: -2,
  /** -EFAULT: no mapping there, or the shared page of zeroes. */
  unmapped: -14,
} as const;

/**
 * Copies ranges of a process's memory, one after the other, into a buffer; some 256 ranges per
 * system call (process_vm_readv).
 * @param pid - process or thread
 * @param addresses - where the ranges begin
 * @param lengths - their bytes, at most 2,147,479,552 each; together as many as `into` holds
 * @param into - each range gets a place of its full length here, in order
 * @param results - bytes copied per range, fewer where the memory ends, or -14 (-EFAULT) for none
 * @returns ranges copied as a whole
 * @throws PermissionError `HFTMON_E_MEMORY_NOT_PERMITTED`
 * @throws ProcessNotFoundError `HFTMON_E_PROCESS_NOT_FOUND`
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when an array is too short or a range too long
 */
export function readProcessMemory(
  pid: number,
  addresses: Float64Array,
  lengths: Uint32Array,
  into: Uint8Array,
  results: Int32Array,
): number {
  const count = addresses.length;
  checkLength('lengths', lengths.length, count);
  checkLength('results', results.length, count);
  checkLength('into', into.length, sum(lengths, count));
  const { read } = memoryLibrary();
  return checked(pid, read(pid, addresses, lengths, results, count, into, into.length));
}

/**
 * NUMA node of each page (move_pages, query only: nothing moves).
 * @param pid - process or thread
 * @param addresses - any address within each page
 * @param nodes - receives the node, or one of {@link PAGE_STATUS}, or another negative errno
 * @returns pages that are on a node
 * @throws PermissionError `HFTMON_E_MEMORY_NOT_PERMITTED`
 * @throws ProcessNotFoundError `HFTMON_E_PROCESS_NOT_FOUND`
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when an array is too short
 */
export function queryPageNodes(pid: number, addresses: Float64Array, nodes: Int32Array): number {
  checkLength('nodes', nodes.length, addresses.length);
  return checked(pid, memoryLibrary().nodes(pid, addresses, nodes, addresses.length));
}

function sum(lengths: Uint32Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const bytes = lengths[i] as number;
    if (bytes > MOST_BYTES) {
      const expected = `at most ${MOST_BYTES} bytes per range`;
      throw createError('HFTMON_E_CONFIG_INVALID', { option: 'lengths', value: bytes, expected });
    }
    total += bytes;
  }
  return total;
}

function checkLength(option: string, value: number, least: number): void {
  if (value >= least) return;
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option,
    value: `${value} long`,
    expected: `at least ${least} long`,
  });
}

function checked(pid: number, result: number): number {
  if (result >= 0) return result;
  const detail = nativeLibrary().lastError();
  switch (result) {
    case EPERM:
      throw createError('HFTMON_E_MEMORY_NOT_PERMITTED', { pid, detail });
    case ESRCH:
    case EINVAL: // of move_pages: a process without memory, which has ended or is a kernel thread
      throw createError('HFTMON_E_PROCESS_NOT_FOUND', { pid });
    default:
      throw createError('HFTMON_E_NATIVE_CALL', {
        operation: `looking at the memory of process ${pid}`,
        detail,
        errno: -result,
      });
  }
}
