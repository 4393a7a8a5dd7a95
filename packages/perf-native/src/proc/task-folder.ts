import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import { createError } from '@hftmon/core';

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
   */
  static open(pid: number, procRoot: string): TaskFolder | undefined {
    const path = `${procRoot}/${pid}/task`;
    try {
      return new TaskFolder(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    } catch (cause) {
      const { code = '' } = cause as NodeJS.ErrnoException;
      if (isGone(code)) return undefined;
      const facts = { operation: `reading ${path}`, detail: code, pid };
      throw createError('HFTMON_E_NOT_PERMITTED', facts, { cause });
    }
  }

  /**
   * Links of the folder, which the kernel keeps at the number of threads plus 2; -1 when the
   * process has ended. Costs one system call, however many threads there are.
   */
  links(): number {
    try {
      return fstatSync(this.#fd).nlink;
    } catch (error) {
      if (isGone((error as NodeJS.ErrnoException).code)) return -1;
      throw error;
    }
  }

  /** Names of the entries, which are the tids; `undefined` when the process has ended. */
  entries(): string[] | undefined {
    try {
      return readdirSync(`/proc/self/fd/${this.#fd}`);
    } catch (error) {
      if (isGone((error as NodeJS.ErrnoException).code)) return undefined;
      throw error;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function isGone(code: string | undefined): boolean {
  return code === 'ENOENT' || code === 'ESRCH';
}
