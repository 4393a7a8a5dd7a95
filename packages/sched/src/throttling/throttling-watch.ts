import type { Support } from '@hftmon/core';
import { absent, present } from '../support.js';
import { cgroupPath, findCpuMount, placesOf, type CgroupMount } from './cgroup-places.js';
import {
  integer,
  read,
  readCpuCgroup,
  realtimeLimit,
  type CgroupPlace,
  type CpuCgroup,
} from './cpu-cgroup.js';
import type { CgroupThrottling, ThrottlingInfo } from './throttling-info.js';

/** Processes whose group is remembered. */
const REMEMBERED_PIDS = 1024;

/** A thread of which the groups are asked for. */
export interface GroupMember {
  readonly tid: number;
  readonly pid: number;
}

/** Can this host tell of throttling? Without side effects. */
export function throttlingSupport(sysRoot: string): Support {
  const mount = findCpuMount(sysRoot);
  if (mount === undefined) {
    return absent(
      'no cgroup hierarchy with the CPU controller is mounted',
      'mount cgroup2 at /sys/fs/cgroup and enable its cpu controller',
    );
  }
  return present('procfs', `cpu.stat of cgroup v${mount.version}`);
}

/** The control groups of the targets and those above them, from the first look at each on. */
export class ThrottlingWatch {
  readonly #procRoot: string;
  readonly #sysRoot: string;
  readonly #mount: CgroupMount | undefined;
  /** First reading of each group, by path: the kernel counts from the making of a group. */
  readonly #first = new Map<string, CpuCgroup>();
  /** Group of each process as last seen: it can still be read when the process has ended. */
  readonly #lastPaths = new Map<number, string>();

  constructor(procRoot: string, sysRoot: string) {
    this.#procRoot = procRoot;
    this.#sysRoot = sysRoot;
    this.#mount = findCpuMount(sysRoot);
  }

  /** Notes which groups a process is in, and where those stand that were not seen before. */
  look(pid: number): void {
    for (const place of this.#groupsOf([{ pid, tid: pid }]).keys()) {
      if (!this.#first.has(place.path)) this.#read(place);
    }
  }

  /** Groups of these threads with what was counted for them, and the limit of the whole host. */
  info(members: readonly GroupMember[]): ThrottlingInfo {
    const cgroups: CgroupThrottling[] = [];
    for (const [place, tids] of this.#groupsOf(members)) {
      const now = this.#read(place);
      if (now === undefined) continue;
      const first = this.#first.get(now.path)!;
      cgroups.push({
        ...now,
        tids,
        sinceFirstSeen: {
          periods: now.periods - first.periods,
          throttledPeriods: now.throttledPeriods - first.throttledPeriods,
          throttledUs: now.throttledUs - first.throttledUs,
        },
      });
    }
    const realtime = realtimeLimit(
      integer(read(`${this.#procRoot}/sys/kernel/sched_rt_runtime_us`)),
      integer(read(`${this.#procRoot}/sys/kernel/sched_rt_period_us`)),
    );
    return {
      cgroups,
      ...(realtime !== undefined && { realtime }),
      source: throttlingSupport(this.#sysRoot),
    };
  }

  #read(place: CgroupPlace): CpuCgroup | undefined {
    const now = readCpuCgroup(place);
    if (now !== undefined && !this.#first.has(now.path)) this.#first.set(now.path, now);
    return now;
  }

  /**
   * The groups of threads and those above, each with the threads in it or below; of processes that
   * have ended the last ones.
   */
  #groupsOf(members: readonly GroupMember[]): ReadonlyMap<CgroupPlace, readonly number[]> {
    const places = new Map<string, [CgroupPlace, number[]]>();
    const mount = this.#mount;
    if (mount === undefined) return new Map();
    const add = (path: string, tids: readonly number[]): void => {
      for (const place of placesOf(path, mount)) {
        const entry = places.get(place.path) ?? [place, []];
        places.set(place.path, entry);
        entry[1].push(...tids);
      }
    };
    const ended = new Set(members.map(({ pid }) => pid));
    for (const { pid, tid } of members) {
      const text = read(`${this.#procRoot}/${pid}/task/${tid}/cgroup`);
      if (text === undefined) continue; // the thread has ended
      ended.delete(pid);
      const path = cgroupPath(text, mount);
      if (path === undefined) continue;
      this.#remember(pid, path);
      add(path, [tid]);
    }
    for (const pid of ended) add(this.#lastPaths.get(pid) ?? '', []);
    return new Map(places.values());
  }

  #remember(pid: number, path: string): void {
    this.#lastPaths.delete(pid);
    this.#lastPaths.set(pid, path);
    for (const oldest of this.#lastPaths.keys()) {
      if (this.#lastPaths.size <= REMEMBERED_PIDS) break;
      this.#lastPaths.delete(oldest);
    }
  }
}
