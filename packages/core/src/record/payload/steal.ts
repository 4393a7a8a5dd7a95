import { readU64 } from '../fields.js';
import { PAYLOAD_WORD } from '../record-descriptor.js';

/**
 * Time that ends with the record and in which it happened, ns: the kernel knows how long the
 * hypervisor had the CPU, but not when. The record stands at the end of it.
 */
export function stealWindowNs(u32: Uint32Array, base: number): number {
  return readU64(u32, base + PAYLOAD_WORD);
}
