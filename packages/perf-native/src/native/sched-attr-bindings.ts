/** One declaration per function of `native/include/hftmon/sched_attr.h`. */
import { ffi } from './ffi.js';

/** `struct hftmon_sched_attr`, byte offsets; a test compares them with what the compiler says. */
export const SCHED_ATTR = {
  bytes: 1072,
  error: 0,
  policy: 4,
  nice: 8,
  priority: 12,
  flags: 16,
  runtimeNs: 24,
  deadlineNs: 32,
  periodNs: 40,
  mask: 48,
} as const;

/** Words of 32 CPUs in an affinity mask. */
export const SCHED_MASK_WORDS = 256;

/**
 * Fills one `struct hftmon_sched_attr` per tid.
 * @returns threads that were there
 */
export type ReadSchedAttr = (tids: Uint32Array, count: number, out: Uint32Array) => number;

let declared: ReadSchedAttr | undefined;

/**
 * The function, declared once per thread.
 * @throws HardwareNotSupportedError `HFTMON_E_NATIVE_MISSING`, `HFTMON_E_NATIVE_ABI`
 */
export function readSchedAttr(): ReadSchedAttr {
  if (declared === undefined) {
    const { declare, types } = ffi();
    const words = types.pointer('uint32_t');
    declared = declare('sched_attr__read', 'int', [words, 'uint32_t', words]);
  }
  return declared;
}
