import type { KernelFiles } from '../files/kernel-files.js';
import { INTERVALS, damonSettings } from './damon-settings.js';

/** Pages of a process that DAMON treats alike. */
export interface DamonRegion {
  /** First address. */
  readonly start: number;
  /** Address after the last. */
  readonly end: number;
  /** Looks of the last aggregation that found an accessed page. */
  readonly hits: number;
}

/** /sys/kernel/mm/damon/admin/kdamonds, and what is needed of it. */
export class DamonSysfs {
  readonly #files: KernelFiles;
  readonly #root: string;

  constructor(files: KernelFiles, sysRoot: string) {
    this.#files = files;
    this.#root = `${sysRoot}/kernel/mm/damon/admin/kdamonds`;
  }

  /** kdamonds that are set up; `undefined` without DAMON, or when it may not be read. */
  count(): number | undefined {
    const text = this.#read('nr_kdamonds');
    return text === undefined ? undefined : Number(text);
  }

  /** Does any kdamond run? */
  isAnyOn(): boolean {
    return this.#files
      .list(this.#root)
      .some((name) => /^\d+$/.test(name) && this.#read(`${name}/state`) === 'on');
  }

  /** Is the one kdamond that is set up ours, for this process? */
  isOurs(pid: number): boolean {
    if (this.count() !== 1 || this.#read('0/contexts/0/targets/0/pid_target') !== String(pid)) {
      return false;
    }
    const intervals = '0/contexts/0/monitoring_attrs/intervals';
    return Object.entries(INTERVALS).every(
      ([name, us]) => this.#read(`${intervals}/${name}`) === String(us),
    );
  }

  /** Can the context look at virtual addresses? To be asked once there is one. */
  hasVirtualAddresses(): boolean {
    return this.#read('0/contexts/0/avail_operations')?.split('\n').includes('vaddr') ?? false;
  }

  /** Makes one kdamond with one context. @returns the errno when the kernel refused */
  create(): string | undefined {
    return this.#write('nr_kdamonds', '1') ?? this.#write('0/contexts/nr_contexts', '1');
  }

  /** Sets the context up for a process and starts it. @returns what the kernel refused, and how */
  start(pid: number): string | undefined {
    for (const [path, text] of damonSettings(pid)) {
      const failure = this.#write(`0/${path}`, text);
      if (failure !== undefined) return `${path}: ${failure}`;
    }
    const failure = this.#write('0/state', 'on');
    return failure === undefined ? undefined : `state: ${failure}`;
  }

  /** Regions of the last aggregation; `undefined` when kdamond has ended. */
  regions(): DamonRegion[] | undefined {
    if (this.#read('0/state') !== 'on') return undefined;
    if (this.#write('0/state', 'update_schemes_tried_regions') !== undefined) return undefined;
    const folder = '0/contexts/0/schemes/0/tried_regions';
    return this.#files
      .list(`${this.#root}/${folder}`)
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const [start, end, hits] = ['start', 'end', 'nr_accesses'].map((file) =>
          this.#number(`${folder}/${name}/${file}`),
        );
        return start === undefined || end === undefined || hits === undefined
          ? []
          : [{ start, end, hits }];
      })
      .sort((a, b) => a.start - b.start);
  }

  /** Stops the kdamond and takes everything away. To be called only when it is ours. */
  remove(): void {
    if (this.#read('0/state') === 'on') this.#write('0/state', 'off');
    this.#write('nr_kdamonds', '0');
  }

  #read(path: string): string | undefined {
    const file = this.#files.read(`${this.#root}/${path}`);
    return file.ok ? file.text.trim() : undefined;
  }

  #number(path: string): number | undefined {
    const text = this.#read(path);
    return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
  }

  #write(path: string, text: string): string | undefined {
    return this.#files.write(`${this.#root}/${path}`, text);
  }
}
