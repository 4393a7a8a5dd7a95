import { readFileSync } from 'node:fs';

/**
 * Address of a kernel function by name, from /proc/kallsyms. `undefined` when the kernel has none
 * of that name, has several, or hides addresses (they then read as zero).
 */
export function kernelSymbolAddress(name: string, procRoot = '/proc'): bigint | undefined {
  let text: Buffer;
  try {
    text = readFileSync(`${procRoot}/kallsyms`);
  } catch {
    return undefined; // hidden: the metric that needs it says so
  }
  const needle = ` ${name}\n`;
  const at = text.indexOf(needle);
  if (at < 0 || text.indexOf(needle, at + 1) >= 0) return undefined;
  const line = text.subarray(text.lastIndexOf(0x0a, at) + 1, at).toString('latin1');
  const address = BigInt(`0x${line.split(' ')[0]}`);
  return address === 0n ? undefined : address;
}
