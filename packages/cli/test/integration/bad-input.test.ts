import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnSleeper, spawnZombie } from '@hftmon/testkit';
import { runCli, type CliResult } from '../support/run-cli.js';

const SELF = String(process.pid);
const EMPTY = mkdtempSync(join(tmpdir(), 'hftmon-empty-'));
afterAll(() => rmSync(EMPTY, { recursive: true }));

/** One line: what, remedy, code. */
function expectOneLine({ stdout, stderr }: CliResult, code: string): void {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^hftmon: [^\n]+\. Remedy: [^\n]+ \[HFTMON_E_[A-Z_]+\]\n$/);
  expect(stderr).toContain(`[${code}]`);
}

const USAGE = 'HFTMON_E_USAGE';
const DURATION = 'HFTMON_E_DURATION_INVALID';

describe.concurrent('a command line that is wrong', () => {
  it.each([
    { words: [], code: USAGE },
    { words: ['frobnicate'], code: USAGE },
    { words: ['spikes'], code: USAGE },
    { words: ['stat', '--'], code: USAGE },
    { words: ['stat', '-p'], code: USAGE },
    { words: ['stat', '-p', ''], code: USAGE },
    { words: ['stat', '-p', 'abc'], code: USAGE },
    { words: ['stat', '-p', '1.5'], code: USAGE },
    { words: ['stat', '-p', '0x10'], code: USAGE },
    { words: ['stat', '-p', `${SELF},`], code: USAGE },
    { words: ['stat', '-p', SELF, '--', 'true'], code: USAGE },
    { words: ['stat', '-p', SELF, 'true'], code: USAGE },
    { words: ['stat', '-p', SELF, '--frobnicate'], code: USAGE },
    { words: ['stat', '-p', SELF, '--json', '--jsonl'], code: USAGE },
    { words: ['stat', '-p', SELF, '-d', '5'], code: DURATION },
    { words: ['stat', '-p', SELF, '-d', '-5s'], code: DURATION },
    { words: ['stat', '-p', SELF, '-d', 'soon'], code: DURATION },
    { words: ['stat', '-p', SELF, '-d', ''], code: DURATION },
    { words: ['stat', '-p', SELF, '-d', '9999999999h'], code: DURATION },
    { words: ['stat', '-p', SELF, '-d', '0s'], code: USAGE },
    { words: ['stat', '-p', SELF, '-o', '/nonexistent/x'], code: USAGE },
    { words: ['stat', '-p', SELF, '--collectors', 'nope'], code: 'HFTMON_E_COLLECTOR_UNKNOWN' },
    { words: ['stat', '-p', SELF, '--collectors', 'irq,'], code: USAGE },
    { words: ['stat', '-p', SELF, '--collectors', 'toString'], code: 'HFTMON_E_COLLECTOR_UNKNOWN' },
    { words: ['spikes', '-p', SELF, '--threshold', '50'], code: DURATION },
    { words: ['spikes', '-p', SELF, '--threshold', '50parsecs'], code: DURATION },
    { words: ['spikes', '-p', SELF, '--min-class', 'worst'], code: USAGE },
    { words: ['spikes', '-p', SELF, '--collectors', 'irq'], code: USAGE },
    { words: ['stat', '--', 'no-such-program-here'], code: USAGE },
    { words: ['stat', '--', '/etc/passwd'], code: USAGE },
    { words: ['doctor', '--collectors', 'nope'], code: 'HFTMON_E_COLLECTOR_UNKNOWN' },
  ])('$words ends with 2', async ({ words, code }) => {
    const result = await runCli(words);
    expectOneLine(result, code);
    expect(result.code).toBe(2);
  });
});

describe('a process that cannot be watched', () => {
  it.each([
    { pid: '0', code: 'HFTMON_E_PID_INVALID' },
    { pid: '-5', code: 'HFTMON_E_PID_INVALID' },
    { pid: '4194305', code: 'HFTMON_E_PROCESS_NOT_FOUND' },
    { pid: '99999999999999999999', code: 'HFTMON_E_PROCESS_NOT_FOUND' },
    { pid: '2', code: 'HFTMON_E_PROCESS_KERNEL_THREAD' },
  ])('$pid ends with 4', async ({ pid, code }) => {
    for (const verb of ['spikes', 'stat']) {
      const result = await runCli([verb, '-p', pid, '-d', '1s', '--json']);
      expectOneLine(result, code);
      expect(result.code).toBe(4);
    }
  });

  it('one that is dead ends with 4', async () => {
    const target = await spawnSleeper({ count: 1 });
    await target.quit();
    const result = await runCli(['stat', '-p', String(target.pid)]);
    expectOneLine(result, 'HFTMON_E_PROCESS_NOT_FOUND');
    expect(result.code).toBe(4);
  });

  it('a zombie ends with 4', async () => {
    await using zombie = await spawnZombie();
    const result = await runCli(['spikes', '-p', String(zombie.ready['zombiePid'])]);
    expectOneLine(result, 'HFTMON_E_PROCESS_ZOMBIE');
    expect(result.code).toBe(4);
  });

  it('one of several spoils it before anything is loaded', async () => {
    const result = await runCli(['stat', '-p', `${SELF},0`, '-d', '1s']);
    expectOneLine(result, 'HFTMON_E_PID_INVALID');
    expect(result.code).toBe(4);
  });
});

describe('a process that ends while it is being attached, or soon after', () => {
  it('ends with 4, and with a report or an error', async (context) => {
    skipUnless(context, needs.bpf);
    for (let i = 0; i < 12; i++) {
      const target = spawn('sleep', [String(0.3 + i * 0.06)]);
      const result = await runCli(['stat', '-p', String(target.pid), '-d', '20s', '--json']);
      expect(result.code, result.stderr).toBe(4);
      if (result.stdout === '') expect(result.stderr).toMatch(/^hftmon: [^\n]+\n$/);
      else expect(JSON.parse(result.stdout)).toMatchObject({ type: 'stat', pid: target.pid });
    }
  });
});

describe('a user without privileges', () => {
  const wrapper = ['setpriv', '--bounding-set=-all'];

  it.each(['stat', 'spikes'])('is told what %s lacks, exit code 3', async (verb) => {
    const result = await runCli([verb, '-p', SELF, '-d', '1s', '--jsonl'], { wrapper });
    expectOneLine(result, 'HFTMON_E_CAPABILITY_MISSING');
    expect(result.stderr).toMatch(/lacks CAP_BPF and CAP_PERFMON.*sudo setcap cap_bpf,cap_perfmon/);
    expect(result.code).toBe(3);
  });

  it('has nothing launched', async () => {
    const result = await runCli(['stat', '--', 'touch', join(EMPTY, 'made')], { wrapper });
    expectOneLine(result, 'HFTMON_E_CAPABILITY_MISSING');
    expect(() => rmSync(join(EMPTY, 'made'))).toThrow('ENOENT');
  });

  it('may be nobody', async (context) => {
    skipUnless(context, needs.root);
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const probe = await runCli(['--version'], { wrapper: nobody });
    if (probe.code !== 0) context.skip('the checkout is not readable by others');
    const result = await runCli(['stat', '-p', SELF, '-d', '1s'], { wrapper: nobody });
    expectOneLine(result, 'HFTMON_E_CAPABILITY_MISSING');
    expect(result.code).toBe(3);
  });
});

describe('a kernel that does not describe its types', () => {
  it('ends with 3', async () => {
    const result = await runCli(['stat', '-p', SELF, '-d', '1s', '--sys-root', EMPTY]);
    expectOneLine(result, 'HFTMON_E_BTF_MISSING');
    expect(result.code).toBe(3);
  });
});
