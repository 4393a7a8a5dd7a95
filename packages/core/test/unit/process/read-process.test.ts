import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  PermissionError,
  ProcessNotFoundError,
  inspectProcess,
  readProcess,
} from '../../../src/index.js';

interface Task {
  comm?: string;
  state?: string;
  flags?: number;
  threads?: number;
  tgid?: number;
}

describe('readProcess', () => {
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
  const errorOf = (pid: number): unknown => {
    try {
      readProcess(pid, root);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('describes a running process', () => {
    write('42', 42, { comm: 'my engine)' });
    expect(readProcess(42, root)).toEqual({
      pid: 42,
      comm: 'my engine)',
      startTimeTicks: 4711,
      state: 'S',
      tgid: 42,
      isKernelThread: false,
    });
  });

  it.each([0, -1, 1.5, NaN, Infinity, -Infinity])('refuses %d, which can be no pid', (pid) => {
    write('42', 42);
    expect(errorOf(pid)).toBeInstanceOf(ProcessNotFoundError);
    expect(errorOf(pid)).toMatchObject({ code: 'HFTMON_E_PID_INVALID' });
  });

  it.each([43, 4_194_305, 2 ** 32 + 42, 2 ** 53, 1e21])('finds no process %d', (pid) => {
    write('42', 42);
    expect(errorOf(pid)).toBeInstanceOf(ProcessNotFoundError);
    expect(errorOf(pid)).toMatchObject({ code: 'HFTMON_E_PROCESS_NOT_FOUND', pid });
  });

  it('refuses kernel threads, zombies and dead processes', () => {
    write('2', 2, { comm: 'kthreadd', flags: 2129984 });
    expect(errorOf(2)).toMatchObject({ code: 'HFTMON_E_PROCESS_KERNEL_THREAD', comm: 'kthreadd' });
    expect(inspectProcess(2, root).isKernelThread).toBe(true);
    for (const state of ['Z', 'X', 'x']) {
      write('42', 42, { state });
      expect(errorOf(42)).toBeInstanceOf(ProcessNotFoundError);
      expect(errorOf(42)).toMatchObject({ code: 'HFTMON_E_PROCESS_ZOMBIE' });
    }
  });

  it('takes a process whose main thread has ended while others run', () => {
    write('42', 42, { state: 'Z', threads: 2 });
    write('42/task/42', 42, { state: 'Z' });
    write('42/task/43', 43, { state: 'R', tgid: 42 });
    expect(readProcess(42, root).state).toBe('Z');
    write('42/task/43', 43, { state: 'X', tgid: 42 });
    expect(errorOf(42)).toMatchObject({ code: 'HFTMON_E_PROCESS_ZOMBIE' });
  });

  it('names the process of a thread id', () => {
    write('43', 43, { tgid: 42 });
    const error = errorOf(43);
    expect(error).toMatchObject({ code: 'HFTMON_E_PROCESS_IS_THREAD', tgid: 42 });
    expect((error as Error).message).toContain('thread of process 42');
  });

  it('takes a file that is cut short for a process that is gone', () => {
    write('42', 42);
    writeFileSync(join(root, '42', 'stat'), '');
    expect(errorOf(42)).toMatchObject({ code: 'HFTMON_E_PROCESS_NOT_FOUND' });
  });

  it('tells a /proc that refuses from a process that is not there', (context) => {
    if (process.getuid?.() === 0) context.skip('root may read every file');
    write('42', 42);
    rmSync(join(root, '42', 'stat'));
    writeFileSync(join(root, '42', 'stat'), '', { mode: 0 });
    expect(errorOf(42)).toBeInstanceOf(PermissionError);
  });
});

describe('readProcess on this host', () => {
  it('describes this very process', () => {
    expect(readProcess(process.pid)).toMatchObject({ pid: process.pid, tgid: process.pid });
  });

  it('tells threads of this process from processes', () => {
    const tids = readdirSync('/proc/self/task').map(Number);
    const thread = tids.find((tid) => tid !== process.pid);
    expect(() => readProcess(thread ?? 0)).toThrow(`thread of process ${process.pid}`);
  });

  it('tells a process that has ended', async () => {
    const child = spawn('true');
    await new Promise((done) => child.once('exit', done));
    expect(() => readProcess(child.pid as number)).toThrow(ProcessNotFoundError);
  });
});
