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

/** What was read in one look, by path. */
class Look {
  readonly #found = new Map<string, unknown>();

  once<Value>(path: string, find: () => Value): Value {
    if (!this.#found.has(path)) this.#found.set(path, find());
    return this.#found.get(path) as Value;
  }
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
  readonly #readFile: typeof read;
  readonly #procRoot: string;
  readonly #sysRoot: string;
  readonly #mount: CgroupMount | undefined;
  /** First reading of each group, by path: the kernel counts from the making of a group. */
  readonly #first = new Map<string, CpuCgroup>();
  /** Group of each process as last seen: it can still be read when the process has ended. */
  readonly #lastPaths = new Map<number, string>();

  /** @param readFile - replaced where reads are counted */
  constructor(procRoot: string, sysRoot: string, readFile: typeof read = read) {
    this.#readFile = readFile;
    this.#procRoot = procRoot;
    this.#sysRoot = sysRoot;
    this.#mount = findCpuMount(sysRoot);
  }

  /** Notes which groups a process is in, and where those stand that were not seen before. */
  look(pid: number): void {
    for (const place of this.#groupsOf([{ pid, tid: pid }], new Look()).keys()) {
      if (!this.#first.has(place.path)) this.#read(place);
    }
  }

  /** Groups of these threads with what was counted for them, and the limit of the whole host. */
  info(members: readonly GroupMember[]): ThrottlingInfo {
    return this.#info(members, new Look());
  }

  /** The same for each of several lists, as of one look: no file is read twice. */
  infos(lists: readonly (readonly GroupMember[])[]): ThrottlingInfo[] {
    const look = new Look();
    return lists.map((members) => this.#info(members, look));
  }

  #info(members: readonly GroupMember[], look: Look): ThrottlingInfo {
    const cgroups: CgroupThrottling[] = [];
    for (const [place, tids] of this.#groupsOf(members, look)) {
      const now = look.once(place.directory, () => this.#read(place));
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
  #groupsOf(
    members: readonly GroupMember[],
    look: Look,
  ): ReadonlyMap<CgroupPlace, readonly number[]> {
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
      const file = `${this.#procRoot}/${pid}/task/${tid}/cgroup`;
      const text = look.once(file, () => this.#readFile(file));
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
