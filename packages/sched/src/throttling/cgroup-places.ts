import { existsSync } from 'node:fs';
import { read, type CgroupPlace } from './cpu-cgroup.js';

/** Where the hierarchy of the CPU controller is mounted. */
export interface CgroupMount {
  readonly directory: string;
  readonly version: 1 | 2;
}

/** Usual places of the first version, below `/sys/fs/cgroup`. */
const V1_FOLDERS = ['cpu,cpuacct', 'cpuacct,cpu', 'cpu'];

/**
 * The hierarchy that the CPU controller belongs to, in its usual place: the second version also
 * where both are mounted, if the controller was not given to the first.
 */
export function findCpuMount(sysRoot: string): CgroupMount | undefined {
  const root = `${sysRoot}/fs/cgroup`;
  const v1 = V1_FOLDERS.map((name) => `${root}/${name}`).find((directory) =>
    existsSync(`${directory}/cpu.cfs_quota_us`),
  );
  if (v1 !== undefined) return { directory: v1, version: 1 };
  const v2 = [root, `${root}/unified`].find((directory) => {
    return read(`${directory}/cgroup.controllers`)?.split(/\s+/).includes('cpu') === true;
  });
  return v2 === undefined ? undefined : { directory: v2, version: 2 };
}

/**
 * Group of a thread in a hierarchy, by the text of its /proc/PID/task/TID/cgroup; `undefined`
 * when it is not in it, or outside of what this process' cgroup namespace shows.
 */
export function cgroupPath(text: string, { version }: CgroupMount): string | undefined {
  for (const line of text.split('\n')) {
    const [id, controllers, ...path] = line.split(':');
    const isWanted =
      version === 2 ? id === '0' && controllers === '' : controllers?.split(',').includes('cpu');
    if (isWanted === true) {
      const joined = path.join(':');
      return joined.startsWith('/..') ? undefined : joined;
    }
  }
  return undefined;
}

/** A group and those above it, without the root, which has no limits; its own first. */
export function placesOf(path: string, { directory, version }: CgroupMount): CgroupPlace[] {
  const places: CgroupPlace[] = [];
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    places.push({ directory: directory + at, path: at, version });
  }
  return places;
}
