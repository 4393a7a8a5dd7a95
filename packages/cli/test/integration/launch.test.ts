import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { needs, skipUnless } from '@hftmon/testkit';
import { attached } from '../support/attached.js';
import { runCli, startCli } from '../support/run-cli.js';

beforeEach((context) => skipUnless(context, needs.bpf));

interface Stat {
  readonly pid: number;
  readonly command: {
    readonly words: string[];
    readonly exitCode: number;
    readonly signal: string;
  };
  readonly threads: { readonly comm: string; readonly voluntarySwitches: number }[];
}

describe('hftmon stat -- COMMAND', () => {
  it('watches it from its first instruction to its end', async () => {
    const script =
      'i=0; while [ $i -lt 17 ]; do read -t 0.01 _ < /dev/zero || :; i=$((i+1)); done; exit 3';
    const { code, stdout } = await runCli(['stat', '--json', '--', 'bash', '-c', script]);
    const { command, threads } = JSON.parse(stdout) as Stat;
    expect(code).toBe(0);
    expect(command).toEqual({ words: ['bash', '-c', script], exitCode: 3, signal: null });
    expect(threads).toHaveLength(1);
    expect(threads[0]!.comm).toBe('bash');
  });

  it('counts every sleep of it', async () => {
    const script = 'import time\nfor i in range(23): time.sleep(0.002)';
    const { stdout } = await runCli(['stat', '--json', '--', 'python3', '-c', script]);
    const { threads } = JSON.parse(stdout) as Stat;
    expect(threads[0]!.voluntarySwitches).toBeGreaterThanOrEqual(23);
  });

  it('hands its arguments on as they are, also those that look like options', async () => {
    const words = ['printf', '%s\\n', '--json', '-p', 'a b', '--', '$HOME'];
    const { stdout } = await runCli(['stat', '--', ...words]);
    expect(stdout.startsWith('--json\n-p\na b\n--\n$HOME\n')).toBe(true);
  });

  it("keeps standard output for its own JSON; the command's goes to stderr", async () => {
    const { stdout, stderr } = await runCli(['stat', '--jsonl', '--', 'echo', 'hello']);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'stat' });
    expect(stderr).toBe('hello\n');
  });

  it('ends it when the time is up', async () => {
    const { code, stdout } = await runCli(['stat', '-d', '300ms', '--json', '--', 'sleep', '60']);
    const { command, pid } = JSON.parse(stdout) as Stat;
    expect(code).toBe(0);
    expect(command).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('reports a signal that ended it', async () => {
    const { code, stdout } = await runCli(['stat', '--json', '--', 'sh', '-c', 'kill -SEGV $$']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Stat).command.signal).toBe('SIGSEGV');
  });

  it('ends it when hftmon is told to end', async () => {
    const run = startCli(['stat', '--json', '--', 'sleep', '3600']);
    await attached(run);
    run.child.kill('SIGTERM');
    const { code, stdout } = await run.result;
    const { command, pid } = JSON.parse(stdout) as Stat;
    expect(code).toBe(0);
    expect(command.signal).toBe('SIGTERM');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
