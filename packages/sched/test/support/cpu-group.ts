import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Requirement } from '@hftmon/testkit';

const V1 = ['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/cpu'].find((mount) =>
  existsSync(`${mount}/cpu.cfs_quota_us`),
);
const V2 = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((mount) => {
  const controllers = `${mount}/cgroup.controllers`;
  return existsSync(controllers) && readFileSync(controllers, 'utf8').split(/\s+/).includes('cpu');
});

/** A control group that tests may make, as a requirement of theirs. */
export function needsCpuGroup(version: 1 | 2): Requirement {
  return () => {
    const mount = version === 1 ? V1 : V2;
    if (mount === undefined) return `needs the CPU controller in cgroup v${version}`;
    try {
      new CpuGroup(version, 'hftmon-probe').remove();
      return undefined;
    } catch (error) {
      return `needs a writable cgroup v${version} (${(error as Error).message})`;
    }
  };
}

/** A control group with the CPU controller that goes away with the test. */
export class CpuGroup implements AsyncDisposable {
  readonly directory: string;
  /** As /proc/PID/cgroup says it. */
  readonly path: string;
  readonly #home: string;
  readonly #members: number[] = [];

  constructor(version: 1 | 2, name: string, parent?: CpuGroup) {
    this.#home = version === 1 ? V1! : V2!;
    this.path = `${parent?.path ?? ''}/${name}-${process.pid}`;
    this.directory = this.#home + this.path;
    if (version === 2) enableCpu(parent?.directory ?? this.#home);
    mkdirSync(this.directory);
  }

  write(file: string, value: string | number): this {
    writeFileSync(`${this.directory}/${file}`, String(value));
    return this;
  }

  add(pid: number): this {
    this.#members.push(pid);
    return this.write('cgroup.procs', pid);
  }

  /** The kernel's own counts. */
  get stat(): { readonly throttledPeriods: number; readonly throttledUs: number } {
    const text = readFileSync(`${this.directory}/cpu.stat`, 'utf8');
    const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
    const throttledUs = text.includes('throttled_usec')
      ? number('throttled_usec')
      : number('throttled_time') / 1e3;
    return { throttledPeriods: number('nr_throttled'), throttledUs };
  }

  remove(): void {
    rmdirSync(this.directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.#members) {
      // It may have ended by now, and so left the group.
      if (existsSync(`/proc/${pid}`)) writeFileSync(`${this.#home}/cgroup.procs`, String(pid));
    }
    // The last member may still be on its way out.
    for (let tries = 0; tries < 100; tries++) {
      if (readFileSync(`${this.directory}/cgroup.procs`, 'utf8') === '') break;
      await sleep(10);
    }
    this.remove();
  }
}

function enableCpu(directory: string): void {
  const file = `${directory}/cgroup.subtree_control`;
  if (readFileSync(file, 'utf8').split(/\s+/).includes('cpu')) return;
  writeFileSync(file, '+cpu');
}
