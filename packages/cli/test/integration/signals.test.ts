import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Prng, bpfLeftOf, bpfOf, needs, skipUnless } from '@hftmon/testkit';
import { attached } from '../support/attached.js';
import { startCli } from '../support/run-cli.js';

const SELF = String(process.pid);
const ENDED = 'hftmon: ended by SIGTERM\n';

beforeEach((context) => skipUnless(context, needs.bpf, needs.tool('bpftool')));

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  it.each([
    { words: ['stat', '-p', SELF, '--json'], type: 'stat' },
    { words: ['spikes', '-p', SELF, '--jsonl'], type: 'summary' },
  ])('ends $words.0 with its report', async ({ words, type }) => {
    const run = startCli(words);
    await attached(run);
    const held = bpfOf(run.pid);
    expect(held.programs.length).toBeGreaterThan(0);
    run.child.kill(signal);
    const { code, signal: killedBy, stdout, stderr } = await run.result;
    expect({ code, killedBy, stderr }).toEqual({ code: 0, killedBy: null, stderr: '' });
    const last = words.includes('--jsonl') ? stdout.trim().split('\n').at(-1)! : stdout;
    expect(JSON.parse(last)).toMatchObject({ type });
    expect(await bpfLeftOf(held)).toEqual([]);
  });
});

describe('at any moment', () => {
  it('a signal ends the command, and leaves nothing', async () => {
    const random = new Prng(42);
    for (let i = 0; i < 12; i++) {
      const run = startCli(['stat', '-p', SELF, '--json']);
      await sleep(random.int(0, 1500));
      const held = bpfOf(run.pid);
      run.child.kill('SIGTERM');
      const { code, signal, stdout, stderr } = await run.result;
      if (code === 0) {
        expect(JSON.parse(stdout)).toMatchObject({ type: 'stat' });
      } else if (signal === null) {
        expect({ code, stdout, stderr }).toEqual({ code: 143, stdout: '', stderr: ENDED });
      } else {
        // Before its first line the signal does what it does to any program.
        expect(signal).toBe('SIGTERM');
        expect(stdout).toBe('');
      }
      expect(await bpfLeftOf(held)).toEqual([]);
    }
  });

  it('kill -9 leaves nothing in the kernel', async () => {
    for (const verb of ['stat', 'spikes']) {
      const run = startCli([verb, '-p', SELF]);
      await attached(run);
      const held = bpfOf(run.pid);
      expect(held.programs.length).toBeGreaterThan(0);
      run.child.kill('SIGKILL');
      expect((await run.result).signal).toBe('SIGKILL');
      expect(await bpfLeftOf(held)).toEqual([]);
    }
  });
});

describe('a reader that goes away', () => {
  it('ends the command quietly', async () => {
    const run = startCli(['spikes', '-p', SELF, '--threshold', '1us', '--jsonl']);
    await run.until('"type":"spike"');
    run.child.stdout.destroy();
    const { code, stderr } = await run.result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
