import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ProcessNotFoundError, readProcess } from '../../../src/index.js';
import { FakeProc } from '../../support/fake-proc.js';

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ProcessNotFoundError);
    return (error as ProcessNotFoundError).code;
  }
  return 'none';
}

describe('readProcess', () => {
  it('reads this very process', () => {
    const { pid, comm, startTimeTicks } = readProcess(process.pid);
    expect(pid).toBe(process.pid);
    expect(comm.length).toBeGreaterThan(0);
    expect(startTimeTicks).toBeGreaterThan(0);
  });

  it.each(['a b', 'x) R 1', '((', ') ('])('reads the name "%s"', (comm) => {
    const proc = new FakeProc();
    proc.add(9, { comm, startTimeTicks: 123 });
    expect(readProcess(9, proc.root)).toEqual({ pid: 9, comm, startTimeTicks: 123 });
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses %d as a pid', (pid) => {
    expect(codeOf(() => readProcess(pid))).toBe('HFTMON_E_PID_INVALID');
  });

  it.each([4_194_305, 2 ** 40, 1e21])('finds no process %d', (pid) => {
    expect(codeOf(() => readProcess(pid))).toBe('HFTMON_E_PROCESS_NOT_FOUND');
  });

  it('tells zombies, kernel threads and threads', () => {
    const proc = new FakeProc();
    proc.add(1, { state: 'Z' });
    proc.add(2, { flags: 0x00208040 });
    proc.add(3, { tgid: 1 });
    const codes = [1, 2, 3].map((pid) => codeOf(() => readProcess(pid, proc.root)));
    expect(codes).toEqual([
      'HFTMON_E_PROCESS_ZOMBIE',
      'HFTMON_E_PROCESS_KERNEL_THREAD',
      'HFTMON_E_PROCESS_IS_THREAD',
    ]);
  });

  it('tells a process that has ended', async () => {
    const child = spawn('true');
    await new Promise((done) => child.once('exit', done));
    expect(codeOf(() => readProcess(child.pid as number))).toBe('HFTMON_E_PROCESS_NOT_FOUND');
  });
});
