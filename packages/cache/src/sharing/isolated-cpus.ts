import { readFileSync } from 'node:fs';
import { parseCpuList, readCpuLists } from '@hftmon/perf-native';

/** CPUs that the host keeps free of interruptions: `isolcpus=`, isolated cpusets, `nohz_full=`. */
export class IsolatedCpus {
  readonly #procRoot: string;
  readonly #cpus: ReadonlySet<number>;

  constructor(procRoot: string, sysRoot: string) {
    const { isolated, nohzFull } = readCpuLists(sysRoot);
    this.#procRoot = procRoot;
    this.#cpus = new Set([...isolated, ...nohzFull]);
  }

  /** Is it one of them? */
  has(cpu: number): boolean {
    return this.#cpus.size > 0 && this.#cpus.has(cpu);
  }

  /** May a thread run on nothing else? Not so of one that has ended. */
  confine(pid: number, tid: number): boolean {
    if (this.#cpus.size === 0) return false;
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(this.#status(pid, tid))?.[1] ?? '';
    const allowed = parseCpuList(list);
    return allowed.length > 0 && allowed.every((cpu) => this.#cpus.has(cpu));
  }

  #status(pid: number, tid: number): string {
    try {
      return readFileSync(`${this.#procRoot}/${pid}/task/${tid}/status`, 'utf8');
    } catch {
      return '';
    }
  }
}
