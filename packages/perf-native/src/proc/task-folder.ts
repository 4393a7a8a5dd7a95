import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import { createError, messageOf, type ErrorCode } from '@hftmon/core';

/**
 * The open /proc/PID/task of one process. The descriptor stands for that very process: once it
 * has ended every read fails, even if another process got the pid meanwhile.
 */
export class TaskFolder {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Opens the folder of a process; `undefined` when there is none of that pid.
   * @throws PermissionError HFTMON_E_NOT_PERMITTED when /proc refuses (hidepid)
   * @throws MonitorError HFTMON_E_FILES_EXHAUSTED
   */
  static open(pid: number, procRoot: string): TaskFolder | undefined {
    const path = `${procRoot}/${pid}/task`;
    try {
      return new TaskFolder(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    } catch (cause) {
      if (isGone(cause)) return undefined;
      throw failure(`reading ${path}`, cause);
    }
  }

  /**
   * Links of the folder, which the kernel keeps at the number of threads plus 2; -1 when the
   * process has ended. Costs one system call, however many threads there are.
   */
  links(): number {
    try {
      return fstatSync(this.#fd).nlink;
    } catch (cause) {
      if (isGone(cause)) return -1;
      throw failure('looking at the threads of a process', cause);
    }
  }

  /**
   * Names of the entries, which are the tids; `undefined` when the process has ended.
   * @throws MonitorError HFTMON_E_FILES_EXHAUSTED
   */
  entries(): string[] | undefined {
    try {
      return readdirSync(`/proc/self/fd/${this.#fd}`);
    } catch (cause) {
      if (isGone(cause)) return undefined;
      throw failure('listing the threads of a process', cause);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function isGone(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'HFTMON_E_NOT_PERMITTED',
  EPERM: 'HFTMON_E_NOT_PERMITTED',
  EMFILE: 'HFTMON_E_FILES_EXHAUSTED',
  ENFILE: 'HFTMON_E_FILES_EXHAUSTED',
};

function failure(operation: string, cause: unknown): Error {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const facts = { operation, detail: code || messageOf(cause) };
  return createError(CODES[code] ?? 'HFTMON_E_INTERNAL', facts, { cause });
}
