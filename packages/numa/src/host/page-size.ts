import { readFileSync } from 'node:fs';

const AT_PAGESZ = 6;

/** Size of a page of the running kernel, bytes, from the auxiliary vector; `undefined` if unread. */
export function readPageBytes(procRoot = '/proc'): number | undefined {
  let vector: Buffer;
  try {
    vector = readFileSync(`${procRoot}/self/auxv`);
  } catch {
    return undefined;
  }
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === BigInt(AT_PAGESZ)) {
      return Number(vector.readBigUInt64LE(at + 8));
    }
  }
  return undefined;
}
