import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listTasks } from '../../../src/proc/tasks.js';

describe('listTasks', () => {
  it('describes the threads of a process', () => {
    const own = listTasks(process.pid).find(({ tid }) => tid === process.pid);
    const comm = readFileSync('/proc/self/comm', 'utf8').trimEnd();
    expect(own).toMatchObject({ pid: process.pid, comm, kernelThread: false });
    expect(own?.priority).toBeGreaterThanOrEqual(0);
    expect(own?.priority).toBeLessThan(140);
  });

  it('finds none of a process that is gone', () => {
    expect(listTasks(2 ** 22 + 1)).toEqual([]);
  });
});
