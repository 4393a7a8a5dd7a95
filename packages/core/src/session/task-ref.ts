import type { CgroupDirectory, ContainerRef } from './cgroup-directory.js';
import type { TaskDirectory } from './task-directory.js';

/** A task as answers name it. */
export interface TaskRef {
  readonly tid: number;
  /** Name at that time; empty when the stream never told it. The idle task is `swapper`. */
  readonly comm: string;
  /** Path of its cgroup (v2); absent for the root, and where it is not known. */
  readonly cgroup?: string;
  /** Container that it runs in; absent where its cgroup is of none. */
  readonly container?: ContainerRef;
}

/**
 * Names the task that had a tid at a time (ns since the epoch).
 * @param cgroups - cgroup and container are left out without it
 */
export function taskRef(
  tasks: TaskDirectory,
  tid: number,
  atNs: number,
  cgroups?: CgroupDirectory,
): TaskRef {
  if (tid === 0) return { tid, comm: 'swapper' };
  const info = tasks.lookup(tid, atNs);
  const ref = { tid, comm: info?.comm ?? '' };
  const cgroup = info?.cgroupId === undefined ? undefined : cgroups?.lookup(info.cgroupId);
  if (cgroup === undefined || cgroup.path === '/') return ref;
  const { path, container } = cgroup;
  return { ...ref, cgroup: path, ...(container === undefined ? {} : { container }) };
}
