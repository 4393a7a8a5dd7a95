import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessNotFoundError } from '@hftmon/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listThreads } from '../../../src/proc/threads.js';

interface Task {
  comm?: string;
  state?: string;
  flags?: number;
  threads?: number;
  tgid?: number;
}

describe('listThreads', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hftmon-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (folder: string, id: number, task: Task = {}) => {
    const { comm = 'engine', state = 'S', flags = 0x400000, threads = 1, tgid = id } = task;
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(
      join(root, folder, 'stat'),
      `${id} (${comm}) ${state} 1 1 1 0 -1 ${flags} 0 0 0 0 0 0 0 0 20 0 ${threads} 0 4711 0 0\n`,
    );
    writeFileSync(join(root, folder, 'status'), `Name:\t${comm}\nTgid:\t${tgid}\nPid:\t${id}\n`);
  };

  it('lists threads by tid, without those that end meanwhile', () => {
    write('42', 42);
    write('42/task/100', 100, { comm: 'feed', state: 'R' });
    write('42/task/42', 42, { comm: 'engine' });
    mkdirSync(join(root, '42/task/99'));
    expect(listThreads(42, root)).toEqual([
      { tid: 42, comm: 'engine', state: 'S', startTimeTicks: 4711 },
      { tid: 100, comm: 'feed', state: 'R', startTimeTicks: 4711 },
    ]);
    expect(() => listThreads(7, root)).toThrow(ProcessNotFoundError);
  });

  it('lists the threads of this very process', () => {
    expect(listThreads(process.pid).map((thread) => thread.tid)).toContain(process.pid);
  });
});
