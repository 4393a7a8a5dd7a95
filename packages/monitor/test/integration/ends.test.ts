import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bpfLeftOf,
  bpfOf,
  listBpfPrograms,
  needs,
  programText,
  skipUnless,
  spawnCollections,
  spawnProbed,
  type BpfIds,
} from '@hftmon/testkit';

const FIXTURE = fileURLToPath(new URL('fixtures/monitor-self.mjs', import.meta.url));

interface Monitoring extends AsyncDisposable {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly held: BpfIds;
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
  errors(): string;
}

async function monitoring(...pids: readonly number[]): Promise<Monitoring> {
  const targets = pids.length === 0 ? [process.pid] : pids;
  const child = spawn(process.execPath, [FIXTURE, ...targets.map(String)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    child,
    held: bpfOf(child.pid!),
    ended,
    errors: () => errors,
    [Symbol.asyncDispose]: kill,
  };
}

beforeEach((context) => skipUnless(context, needs.bpf, needs.tool('bpftool')));

describe('a process that monitors', () => {
  it.each([
    { how: 'exit', code: 7, signal: null },
    { how: 'throw', code: 1, signal: null },
    { how: 'dispose', code: 0, signal: null },
  ])('may end by $how', async ({ how, code, signal }) => {
    const { child, held, ended, errors } = await monitoring();
    expect(held.programs.length, errors()).toBeGreaterThan(0);
    child.stdin.write(`${how}\n`);
    expect(await ended, errors()).toEqual([code, signal]);
    expect(await bpfLeftOf(held)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGQUIT'] as const)('may end by %s', async (signal) => {
    const { child, held, ended, errors } = await monitoring();
    expect(held.programs.length, errors()).toBeGreaterThan(0);
    child.kill(signal);
    expect(await ended, errors()).toEqual([null, signal]);
    expect(await bpfLeftOf(held)).toEqual([]);
  });
});

describe('the code of targets that were probed', () => {
  it.each(['stop', 'exit', 'throw', 'SIGTERM', 'SIGKILL'] as const)(
    'is as it was after %s',
    async (how) => {
      await using node = await spawnCollections({ full: 3 });
      await using probed = await spawnProbed();
      const texts = () => [node, probed].map(({ pid }) => programText(pid));
      const before = texts();
      await using monitor = await monitoring(node.pid, probed.pid);
      const { child, ended, errors } = monitor;
      const [ofNode, ofProbed] = texts();
      // Each has breakpoints, or there was nothing to take out.
      expect(ofNode, errors()).not.toEqual(before[0]);
      expect(ofProbed, errors()).not.toEqual(before[1]);
      if (how.startsWith('SIG')) child.kill(how as NodeJS.Signals);
      else child.stdin.write(`${how}\n`);
      if (how === 'stop') await once(child.stdout, 'data');
      else await ended;
      await expect.poll(texts).toEqual(before);
      expect(await probed.go()).toMatchObject({ changed: false, semaphore: 0 });
      expect((await node.go()).calls).toHaveLength(3);
    },
  );
});

describe('the test of what is left', () => {
  it('sees what is there', async () => {
    const { child, held, ended } = await monitoring();
    const ids = listBpfPrograms().map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(held.programs));
    child.kill('SIGKILL');
    await ended;
  });
});
