import { closeSync, constants, mkdirSync, openSync, rmdirSync, writeSync } from 'node:fs';
import { listEntries } from './list-entries.js';
import { readText, type FileText } from './read-text.js';

/**
 * Files of the kernel that are written as well as read: resctrl, DAMON. Errors of the kernel are
 * answers: `undefined` when it went well, else `EBUSY`, `ENOSPC`, …
 */
export interface KernelFiles {
  read(path: string): FileText;
  write(path: string, text: string): string | undefined;
  list(folder: string): string[];
  makeFolder(path: string): string | undefined;
  removeFolder(path: string): string | undefined;
}

/** Those of this host. */
export const kernelFiles: KernelFiles = {
  read: readText,
  list: listEntries,
  write: (path, text) => attempt(() => writeExisting(path, text)),
  makeFolder: (path) => attempt(() => mkdirSync(path)),
  removeFolder: (path) => attempt(() => rmdirSync(path)),
};

/** Some of these files cannot be read, none can be made. */
function writeExisting(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function attempt(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
