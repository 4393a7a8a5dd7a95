import { readdirSync, readFileSync } from 'node:fs';
import { PF_KTHREAD, parseStat, statusField } from '@hftmon/core';
import {
  AttributeReader,
  cpuCgroupMount,
  parseCpuList,
  readCpuLists,
  readIrqAffinity,
  type CpuLists,
  type IrqAffinity,
} from '@hftmon/perf-native';
import { OccupiedCpus } from './occupied-cpus.js';

/** Set in a task's flags: the kernel refuses to change its affinity. */
const PF_NO_SETAFFINITY = 0x0400_0000;

/** Where the kernel itself is asked, and not a tree that looks like it. */
const OWN_PROC = '/proc';

/** What a task may do and may have done to it, now. */
export interface TunableTask {
  readonly tid: number;
  readonly comm: string;
  /** Policy number: 0 SCHED_OTHER, 1 SCHED_FIFO, 2 SCHED_RR, 3 SCHED_BATCH, 6 SCHED_DEADLINE. */
  readonly policy: number;
  /** Kernel priority: 0–98 real-time (lower is stronger), 100–139 fair. */
  readonly priority: number;
  readonly kernelThread: boolean;
  /** The kernel refuses to change its affinity. */
  readonly bound: boolean;
  /** CPUs of its affinity. */
  readonly allowed: readonly number[];
}

/** Where a host is described, and the processes that are not to be disturbed. */
export interface TuningRoots {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** Pids of the targets. */
  readonly targets: Iterable<number>;
}

/** The host as it is when advice is asked for: every precondition of a rule is looked up here. */
export class TuningHost {
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly cpus: CpuLists;
  readonly #targets: Iterable<number>;
  #occupied: OccupiedCpus | undefined;

  constructor({ procRoot, sysRoot, targets }: TuningRoots) {
    this.procRoot = procRoot;
    this.sysRoot = sysRoot;
    this.cpus = readCpuLists(sysRoot);
    this.#targets = targets;
  }

  /** CPUs that threads of the targets have. */
  get occupied(): OccupiedCpus {
    this.#occupied ??= new OccupiedCpus(this.#targetTasks(), this.cpus.online);
    return this.#occupied;
  }

  /** `undefined` when there is no such task any more, or its files make no sense. */
  task(tid: number): TunableTask | undefined {
    const stat = parseStat(this.read(`${this.procRoot}/${tid}/stat`) ?? '');
    const list = this.field(tid, 'Cpus_allowed_list');
    if (stat === undefined || list === undefined) return undefined;
    const { comm, policy, priority, flags } = stat;
    return {
      tid,
      comm,
      policy,
      priority: priority + 100,
      kernelThread: (flags & PF_KTHREAD) !== 0,
      bound: (flags & PF_NO_SETAFFINITY) !== 0,
      allowed: parseCpuList(list),
    };
  }

  /** Does what the task starts begin with the default policy (SCHED_RESET_ON_FORK)? */
  resetsOnFork(tid: number): boolean {
    if (this.procRoot !== OWN_PROC) return false;
    const reader = new AttributeReader(1);
    reader.tids[0] = tid;
    reader.read(1);
    return reader.attributes(0)?.resetOnFork === true;
  }

  /** A parameter of the running kernel's command line; `undefined` when it was not given. */
  bootParameter(name: string): string | undefined {
    const words = (this.read(`${this.procRoot}/cmdline`) ?? '').trim().split(/\s+/);
    const given = words.filter((word) => word.startsWith(`${name}=`)).at(-1);
    return given?.slice(name.length + 1);
  }

  /** One field of a task's status. */
  field(tid: number, name: string): string | undefined {
    const status = this.read(`${this.procRoot}/${tid}/status`);
    return status === undefined ? undefined : statusField(status, name);
  }

  /** Online CPUs that the cpuset of a task lets it use. */
  cpusetOf(tid: number): number[] {
    const lines = (this.read(`${this.procRoot}/${tid}/cgroup`) ?? '').split('\n');
    const own = lines.find((line) => /^\d+:([^:]*,)?cpuset(,[^:]*)?:/.test(line));
    const unified = lines.find((line) => line.startsWith('0::'));
    const folder = `${this.sysRoot}/fs/cgroup`;
    const list =
      own === undefined
        ? this.#nearest(folder, pathOf(unified), 'cpuset.cpus.effective')
        : this.#nearest(`${folder}/cpuset`, pathOf(own), 'cpuset.effective_cpus');
    const { online } = this.cpus;
    if (list === undefined) return [...online];
    const allowed = new Set(parseCpuList(list));
    return online.filter((cpu) => allowed.has(cpu));
  }

  /** Directory of the control group at that path of the CPU controller's hierarchy. */
  cpuCgroup(path: string): string | undefined {
    const mount = cpuCgroupMount(this.read(`${this.procRoot}/self/mountinfo`) ?? '');
    if (mount === undefined) return undefined;
    return path === '/' ? mount : `${mount}${path}`;
  }

  irq(number: number): IrqAffinity | undefined {
    return readIrqAffinity(number, this.procRoot);
  }

  /** Text of a file; `undefined` when it is not there or not readable. */
  read(path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Names in a directory, sorted; none when it is not there. */
  list(path: string): string[] {
    try {
      return readdirSync(path).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    } catch {
      return [];
    }
  }

  *#targetTasks(): Iterable<TunableTask> {
    for (const pid of this.#targets) {
      for (const name of this.list(`${this.procRoot}/${pid}/task`)) {
        const task = this.task(Number(name));
        if (task !== undefined) yield task;
      }
    }
  }

  /** Text of the file in the control group or the next one above it that has one. */
  #nearest(mount: string, path: string, file: string): string | undefined {
    for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
      const text = this.read(`${mount}${at}/${file}`);
      if (text !== undefined || at === '') return text;
    }
  }
}

/** Path in a line of /proc/PID/cgroup; empty for the root. */
function pathOf(line: string | undefined): string {
  const path = line?.replace(/^\d+:[^:]*:/, '') ?? '';
  return path === '/' ? '' : path;
}
