import { SYSCALL_NAMES } from './syscall-names.js';

const tables = new Map<string, readonly string[]>();

/**
 * Name of a system call, such as `futex`.
 * @param number - as in Switch and Syscall records
 * @param arch - as in `process.arch`; default: that of this host
 * @returns `undefined` for a number (or architecture) that the table doesn't know
 */
export function syscallName(number: number, arch: string = process.arch): string | undefined {
  if (arch !== 'x64' && arch !== 'arm64') return undefined;
  let names = tables.get(arch);
  if (names === undefined) {
    names = SYSCALL_NAMES[arch].split(',').map((name) => name.trim());
    tables.set(arch, names);
  }
  return names[number] || undefined;
}
