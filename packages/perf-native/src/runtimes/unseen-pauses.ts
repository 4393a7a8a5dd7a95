import { refusal, type Refusal } from '@hftmon/core';

const PERMIT = 'run with CAP_SYS_ADMIN, or with CAP_BPF and CAP_PERFMON';

/** By the number of the kernel's error. */
const REMEDIES: ReadonlyMap<number, string> = new Map([
  [1, PERMIT], // EPERM
  [13, PERMIT], // EACCES
  [23, 'raise fs.file-max, or end those who hold so many files open'], // ENFILE
  [24, 'raise the limit of open files of hftmon (ulimit -n)'], // EMFILE
  [95, 'run on a kernel that has uprobes (CONFIG_UPROBE_EVENTS)'], // EOPNOTSUPP
]);

/** V8 is there, but not the function by which a collection is seen. */
export function noSymbol(pid: number, binary: string, name: string): Refusal {
  return refusal('HFTMON_E_PAUSES_UNSEEN', {
    pid,
    reason: `${binary} has no symbol of ${name}: it was stripped, or its V8 is of another version`,
    remedy:
      'run the program with a build of Node that has its symbols, as those of nodejs.org have',
  });
}

/**
 * The kernel did not take the probes.
 * @param result - negative errno
 * @param detail - message of the library
 */
export function notAttached(pid: number, result: number, detail: string): Refusal {
  return refusal('HFTMON_E_PAUSES_UNSEEN', {
    pid,
    reason: `the kernel refused the probes: ${detail}`,
    remedy:
      REMEDIES.get(-result) ??
      'run the program with another build of Node: the kernel can not probe this one',
  });
}
