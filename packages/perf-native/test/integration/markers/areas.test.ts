import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { needs, skipUnless } from '@hftmon/testkit';
import { MARKING_PROGRAM } from '../../support/marking-program.js';
import { Monitor } from '../../support/monitor.js';
import { ProgramFolder, runProgram, type RunningProgram } from '../../support/program.js';
import { seenSpans } from '../../support/seen-spans.js';

const KINDS = [RecordKind.Span];

async function start(): Promise<RunningProgram> {
  const program = runProgram('marking', MARKING_PROGRAM);
  expect(await program.line()).toBe('run-0');
  return program;
}

async function say(program: RunningProgram, word: string): Promise<string> {
  program.write(`${word}\n`);
  return program.line();
}

/** Looks for areas until there is what is awaited: a look rests after the one before. */
function awaitOrigins(monitor: Monitor, pids: readonly number[]): Promise<void> {
  return expect
    .poll(() => (monitor.reap(), monitor.source.spanOrigins!.list().map(({ pid }) => pid)))
    .toEqual(pids);
}

describe('areas of marks that come and go', () => {
  it('reads the area of a program that took the place of another by exec', async () => {
    await using program = await start();
    const { pid } = program;
    using monitor = Monitor.start(KINDS, [pid]);
    for (let run = 0; run < 5; run++) {
      await say(program, 'marks');
      // The descriptor has the same number each time.
      await awaitOrigins(monitor, Array<number>(run + 1).fill(pid));
      expect(await say(program, 'exec')).toBe(`run-${run + 1}`);
    }
    const spans = seenSpans(monitor);
    expect(spans.map(({ name, tid }) => [name, tid])).toEqual(
      [0, 1, 2, 3, 4].map((run) => [`run-${run}`, pid]),
    );
    expect(monitor.source.spanOrigins!.refused()).toEqual([]);
  });

  it('reads two processes, each under its own names', async () => {
    await using one = await start();
    await using other = await start();
    using monitor = Monitor.start(KINDS, [one.pid, other.pid]);
    expect(await say(other, 'exec')).toBe('run-1');
    await Promise.all([say(one, 'marks'), say(other, 'marks')]);
    await awaitOrigins(monitor, [one.pid, other.pid]);
    expect(new Set(seenSpans(monitor).map(({ name, tid }) => `${name} ${tid}`))).toEqual(
      new Set([`run-0 ${one.pid}`, `run-1 ${other.pid}`]),
    );
  });

  it('reads one that was not ready when it was found', async () => {
    await using program = await start();
    await say(program, 'torn');
    using monitor = Monitor.start(KINDS, [program.pid]);
    expect(monitor.source.spanOrigins!.refused()).toMatchObject([
      { pid: program.pid, refusal: { code: 'HFTMON_E_MARKER_REFUSED' } },
    ]);
    await say(program, 'mend');
    await awaitOrigins(monitor, [program.pid]);
    expect(monitor.source.spanOrigins!.refused()).toEqual([]);
    expect(seenSpans(monitor)).toHaveLength(1);
  });

  it('tells of some that are refused, and that there are more', async () => {
    await using program = await start();
    await say(program, 'bad 1000');
    using monitor = Monitor.start(KINDS, [program.pid]);
    const codes = () => monitor.source.spanOrigins!.refused().map(({ refusal }) => refusal.code);
    const expected = [
      'HFTMON_E_MARKER_TOO_MANY',
      ...Array<string>(64).fill('HFTMON_E_MARKER_REFUSED'),
    ];
    expect(codes()).toEqual(expected);
    monitor.source.detach(program.pid);
    expect(codes()).toHaveLength(64);
  });

  it('lets go of what a process had before it executed: more than can be read at once', async () => {
    await using program = await start();
    using monitor = Monitor.start(KINDS, [program.pid]);
    // More than a session reads at the same time.
    for (let run = 1; run <= 70; run++) {
      await say(program, 'marks');
      await expect
        .poll(() => (monitor.reap(), monitor.source.spanOrigins!.list().length), {
          interval: 1,
        })
        .toBe(run);
      await say(program, 'exec');
    }
    expect(monitor.source.spanOrigins!.refused()).toEqual([]);
  });
});

describe('a process in a pid namespace of its own', () => {
  let folder: ProgramFolder;
  let path: string;
  beforeAll(() => {
    folder = new ProgramFolder();
    path = folder.compile('marking', MARKING_PROGRAM);
  });
  afterAll(() => folder[Symbol.dispose]());
  beforeEach((context) => skipUnless(context, needs.root, needs.tool('unshare')));

  it('has its threads told by the numbers that we know', async () => {
    const child = spawn('unshare', ['--pid', '--fork', '--kill-child', path], { stdio: 'pipe' });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      expect(await lines.next()).toMatchObject({ value: 'run-0' });
      const pid = Number(
        readFileSync(`/proc/${child.pid!}/task/${child.pid!}/children`, 'utf8').split(' ')[0],
      );
      using monitor = Monitor.start(KINDS, [pid]);
      child.stdin.write('marks\n');
      await lines.next();
      await awaitOrigins(monitor, [pid]);
      await expect.poll(() => seenSpans(monitor).map(({ tid }) => tid)).toEqual([pid]);
      // Of threads that have ended no number is known; their spans are told all the same.
      child.stdin.write('threads\n');
      await lines.next();
      await expect.poll(() => seenSpans(monitor).length).toBe(4);
      expect(monitor.source.spanOrigins!.list()[0]!.counts).toMatchObject({ lost: 0, garbage: 0 });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
