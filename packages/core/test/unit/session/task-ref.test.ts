import { describe, expect, it } from 'vitest';
import { TaskTable, taskRef, type CgroupDirectory, type TaskInfo } from '../../../src/index.js';

const known: TaskInfo = {
  tid: 7,
  pid: 5,
  comm: 'rival',
  policy: 'SCHED_OTHER',
  priority: 120,
  kernelThread: false,
};
const container = { runtime: 'docker', id: 'abc' } as const;
const cgroups: CgroupDirectory = {
  lookup: (id) => ({ 1: { path: '/' }, 2: { path: '/a.slice' }, 3: { path: '/b', container } })[id],
};

function ref(cgroupId?: number) {
  const tasks = new TaskTable();
  tasks.set({ ...known, ...(cgroupId === undefined ? {} : { cgroupId }) }, 0);
  return taskRef(tasks, 7, 10, cgroups);
}

describe('taskRef', () => {
  it('names a task with its cgroup and container', () => {
    expect(ref(2)).toEqual({ tid: 7, comm: 'rival', cgroup: '/a.slice' });
    expect(ref(3)).toEqual({ tid: 7, comm: 'rival', cgroup: '/b', container });
  });

  it('leaves out what is not known, and the root', () => {
    for (const id of [undefined, 1, 99]) expect(ref(id)).toEqual({ tid: 7, comm: 'rival' });
    const tasks = new TaskTable();
    expect(taskRef(tasks, 8, 0, cgroups)).toEqual({ tid: 8, comm: '' });
    expect(taskRef(tasks, 0, 0, cgroups)).toEqual({ tid: 0, comm: 'swapper' });
  });

  it('learns the cgroup of a task that was known without it, and of one that has moved', () => {
    const tasks = new TaskTable();
    tasks.set(known, 0);
    tasks.set({ ...known, cgroupId: 2 }, 100);
    expect(taskRef(tasks, 7, 50, cgroups)).toMatchObject({ cgroup: '/a.slice' });
    tasks.set({ ...known, cgroupId: 3 }, 200);
    expect(taskRef(tasks, 7, 150, cgroups)).toMatchObject({ cgroup: '/a.slice' });
    expect(taskRef(tasks, 7, 250, cgroups)).toMatchObject({ cgroup: '/b', container });
  });
});
