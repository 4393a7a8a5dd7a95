import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { needs, skipUnless } from '@hftmon/testkit';
import { runCli, type CliResult } from '../support/run-cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'hftmon-output-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Runs the command with a full disk as its standard output. */
function runFull(words: readonly string[]): Promise<CliResult> {
  return runCli(words, { wrapper: ['/bin/sh', '-c', 'exec "$0" "$@" >/dev/full'] });
}

const FULL = /^hftmon: cannot write [^\n]+: no space left\. Remedy: [^\n]+ \[HFTMON_E_OUTPUT\]\n$/;

describe('a disk that is full', () => {
  it.each(['--help', 'doctor', 'doctor --json'])('ends %s with one line', async (words) => {
    const { code, stderr } = await runFull(words.split(' '));
    expect(stderr).toMatch(FULL);
    expect(code).toBe(1);
  });

  it('ends a run before its time', async (context) => {
    skipUnless(context, needs.bpf);
    // Wakes up again and again, so that there is something to write.
    const target = spawn(process.execPath, ['-e', 'setInterval(() => {}, 5)'], { stdio: 'ignore' });
    onTestFinished(() => void target.kill('SIGKILL'));
    const pid = String(target.pid);
    const spikes = ['spikes', '-p', pid, '--threshold', '1us', '--jsonl', '-d', '1h'];
    const stat = ['stat', '-p', pid, '-d', '100ms'];
    for (const words of [spikes, [...spikes, '-o', '/dev/full'], stat]) {
      const { code, stderr } = await runFull(words);
      expect(stderr).toMatch(FULL);
      expect(code).toBe(1);
    }
  });
});

describe('the file of -o', () => {
  it('is left as it was when the target is wrong', async () => {
    const file = join(FOLDER, 'kept');
    writeFileSync(file, 'what it held');
    const { code } = await runCli(['stat', '-p', '4194305', '-o', file]);
    expect(code).toBe(4);
    expect(readFileSync(file, 'utf8')).toBe('what it held');
  });
});
