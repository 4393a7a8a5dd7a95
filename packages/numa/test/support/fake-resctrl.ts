import type { KernelFiles } from '../../src/files/kernel-files.js';
import { kernelFiles } from '../../src/files/kernel-files.js';
import type { FakeRoots } from '@hftmon/testkit';

/**
 * Behaves like resctrl over a FakeRoots: a new folder below `mon_groups` gets its files, a task
 * file takes threads one by one, and a folder is removed with its files. Written from
 * Documentation/arch/x86/resctrl.rst.
 */
export class FakeResctrl implements KernelFiles {
  readonly read = kernelFiles.read;
  readonly list = kernelFiles.list;
  /** Threads moved in, by group name. */
  readonly tasks = new Map<string, string[]>();
  readonly #roots: FakeRoots;
  /** Monitoring ids that are left. */
  free = 100;
  /** Threads that are in another control group. */
  readonly elsewhere = new Set<string>();

  constructor(roots: FakeRoots) {
    this.#roots = roots;
  }

  write(path: string, text: string): string | undefined {
    const name = /mon_groups\/([^/]+)\/tasks$/.exec(path)?.[1];
    if (name === undefined || !this.tasks.has(name)) return 'ENOENT';
    if (this.elsewhere.has(text.trim())) return 'EINVAL';
    this.tasks.get(name)!.push(text.trim());
    return undefined;
  }

  makeFolder(path: string): string | undefined {
    if (this.free === 0) return 'ENOSPC';
    const name = path.split('/').at(-1)!;
    if (this.tasks.has(name)) return 'EEXIST';
    this.free--;
    this.tasks.set(name, []);
    this.setBytes(path, 0, 0);
    return undefined;
  }

  removeFolder(path: string): string | undefined {
    const name = path.split('/').at(-1)!;
    if (this.tasks.delete(name)) this.free++;
    this.#roots.remove(this.#relative(path));
    return undefined;
  }

  /** What the counters of a group say: the same in both L3 domains. */
  setBytes(folder: string, local: number, total: number): void {
    for (const domain of ['mon_L3_00', 'mon_L3_01']) {
      const data = `${this.#relative(folder)}/mon_data/${domain}`;
      this.#roots.write(`${data}/mbm_local_bytes`, `${local}\n`);
      this.#roots.write(`${data}/mbm_total_bytes`, `${total}\n`);
    }
  }

  #relative(path: string): string {
    return `sys${path.slice(this.#roots.sysRoot.length)}`;
  }
}
