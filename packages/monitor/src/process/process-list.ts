import { createError, readProcess } from '@hftmon/core';
import type { AttachOptions, AttachedProcess } from './attached-process.js';

const OPTIONS = ['followChildren', 'trackCache', 'trackNuma'];

/** The attached processes of a monitor. They stay over stop and start. */
export class ProcessList {
  readonly #processes = new Map<number, AttachedProcess>();
  readonly #procRoot: string;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** By pid. */
  get all(): ReadonlyMap<number, AttachedProcess> {
    return this.#processes;
  }

  /** Does any of them want its children watched? */
  get followChildren(): boolean {
    return [...this.#processes.values()].some(({ options }) => options.followChildren === true);
  }

  /**
   * Looks a process up that is to be attached; does not add it.
   * @throws ProcessNotFoundError when there is no such process to watch
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  inspect(pid: number, options: AttachOptions): AttachedProcess {
    for (const [option, value] of Object.entries(options)) {
      if (OPTIONS.includes(option) && ['boolean', 'undefined'].includes(typeof value)) continue;
      throw createError('HFTMON_E_CONFIG_INVALID', {
        option: `attachProcess.${option}`,
        value: String(value),
        expected: `true or false, and one of ${OPTIONS.join(', ')}`,
      });
    }
    const facts = readProcess(pid, this.#procRoot);
    return { ...facts, attachedAt: new Date(), options: Object.freeze({ ...options }) };
  }

  /**
   * For one that comes while others are watched: whether children are followed is settled when the
   * probes are loaded.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` when it wants that and nobody did
   */
  expectFollowing({ followChildren }: AttachOptions): void {
    if (followChildren !== true || this.followChildren) return;
    throw createError('HFTMON_E_CONFIG_INVALID', {
      option: 'attachProcess.followChildren',
      value: true,
      expected: 'asked for before monitoring is started',
    });
  }

  add(process: AttachedProcess): void {
    this.#processes.set(process.pid, process);
  }

  remove(pid: number): AttachedProcess | undefined {
    const process = this.#processes.get(pid);
    this.#processes.delete(pid);
    return process;
  }
}
