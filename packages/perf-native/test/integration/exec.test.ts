import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { awaitAsleep, listThreads, needs, readTaskStatus, skipUnless } from '@hftmon/testkit';
import { EXEC_PROGRAM } from '../support/exec-program.js';
import { Monitor } from '../support/monitor.js';
import { ProgramFolder } from '../support/program.js';

const ROUNDS = 41;

let folder: ProgramFolder;
let program: string;

beforeAll(() => {
  folder = new ProgramFolder();
  program = folder.compile('exec', EXEC_PROGRAM);
});

afterAll(() => folder[Symbol.dispose]());

beforeEach((context) => skipUnless(context, needs.bpf));

describe.each([
  { who: 'leader', meanwhile: 'sleep', cpus: '0-1' },
  { who: 'thread', meanwhile: 'sleep', cpus: '0-1' },
  { who: 'thread', meanwhile: 'spin', cpus: '0-1' },
  { who: 'thread', meanwhile: 'sleep', cpus: '0' },
  { who: 'thread', meanwhile: 'spin', cpus: '0' },
  { who: 'thread', meanwhile: 'fifo', cpus: '0' },
])('exec by the $who ($meanwhile, CPUs $cpus)', ({ who, meanwhile, cpus }) => {
  it('keeps the process followed, with exact counts', async (context) => {
    if (meanwhile === 'fifo') skipUnless(context, needs.realtime);
    const child = spawn('taskset', ['-c', cpus, program, String(ROUNDS), who, meanwhile], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      expect(await lines.next()).toMatchObject({ value: 'ready' });
      const pid = child.pid!;
      await awaitAsleep(pid);
      const before = readTaskStatus(pid);
      using monitor = Monitor.start([RecordKind.Switch], [pid]);
      child.stdin.write('go\n');
      expect(await lines.next()).toMatchObject({ value: 'done' });
      await awaitAsleep(pid);
      expect(listThreads(pid)).toEqual([pid]);

      const live = monitor.source.totals(pid).filter(({ state }) => state !== 'exited');
      const books = readTaskStatus(pid);
      // A thread that executes keeps its own books, from its birth on, under the leader's tid.
      const base = who === 'leader' ? before : { voluntarySwitches: 0, involuntarySwitches: 0 };
      expect(live).toHaveLength(1);
      expect(live[0]).toMatchObject({
        tid: pid,
        pid,
        comm: 'exe',
        state: 'blocked',
        voluntarySwitches: books.voluntarySwitches - base.voluntarySwitches,
        involuntarySwitches: books.involuntarySwitches - base.involuntarySwitches,
      });

      monitor.reap();
      monitor.read();
      const born = monitor.of(RecordKind.ThreadStart).length;
      const ended = monitor.of(RecordKind.ThreadExit).length;
      // Each round begins one or two threads and ends as many: all but one of the process.
      expect({ born, ended }).toEqual({
        born: who === 'leader' ? ROUNDS : 2 * ROUNDS,
        ended: who === 'leader' ? ROUNDS : 2 * ROUNDS,
      });
      const totals = monitor.source.totals(pid);
      expect(totals).toHaveLength(born + 1);
      // Nobody was out of sight on the way: each got a CPU as often as it left one.
      const left = totals.reduce((n, t) => n + t.voluntarySwitches + t.involuntarySwitches, 0);
      expect(monitor.counts(RecordKind.Switch).seen).toBe(left);

      child.stdin.end();
      await new Promise((resolve) => child.once('close', resolve));
      expect(monitor.reap()).toEqual([pid]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
