import { optionalText } from '../files/read-text.js';

/** Size of a cache line, bytes; `undefined` when the kernel does not say. */
export function readLineBytes(sysRoot = '/sys'): number | undefined {
  const path = `${sysRoot}/devices/system/cpu/cpu0/cache/index0/coherency_line_size`;
  const bytes = Number(optionalText(path));
  return bytes > 0 ? bytes : undefined;
}
