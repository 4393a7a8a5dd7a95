import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { listProcesses, needs, skipUnless } from '@hftmon/testkit';
import type { SelftestDocument } from '@hftmon/cli';
import { runCli, startCli } from '../support/run-cli.js';

/** Processes of the self-test's program that run now. */
function selftestProcesses(): number[] {
  return listProcesses().filter((pid) => {
    try {
      const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]!;
      return program.endsWith('/hftmon-selftest');
    } catch {
      return false;
    }
  });
}

/** What the self-test changes on the host while it runs. */
function hostState() {
  const rps = '/sys/class/net/lo/queues/rx-0/rps_cpus';
  return {
    rps: existsSync(rps) ? readFileSync(rps, 'utf8') : undefined,
    groups: ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct'].flatMap((dir) =>
      existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('hftmon-')) : [],
    ),
  };
}

it('injects, finds and names what it chose, and leaves the host as it was', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime);
  const state = hostState();
  const only = 'preemption-realtime,sigstop,lock,long-syscall,minor-faults';
  const words = ['selftest', '--json', '--seed', '42', '--only', only];
  const { stdout, stderr } = await runCli(words);
  const document = JSON.parse(stdout) as SelftestDocument;
  expect(document).toMatchObject({ schema: 'hftmon.selftest/1', mode: 'quick', seed: 42 });
  expect(document.kinds.map(({ id }) => id).sort()).toEqual(only.split(',').sort());
  for (const { id, injected, detected, named, skipped, faults } of document.kinds) {
    const facts = `${id}: ${JSON.stringify(faults)}`;
    expect(skipped, id).toBeUndefined();
    expect(injected, id).toBeGreaterThan(0);
    expect(detected, facts).toBe(injected);
    expect(named, facts).toBe(injected);
  }
  expect(document.receipts.pass).toBe(true);
  expect(document.checks.wrongSums).toBe(0);
  expect(stderr).toContain('[5/5]');
  expect(hostState()).toEqual(state);
  expect(selftestProcesses()).toEqual([]);
}, 180_000);

it('restores the host and leaves nothing running when it is killed', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime);
  const state = hostState();
  for (const kind of ['throttling', 'network-softirq']) {
    const run = startCli(['selftest', '--full', '--only', kind]);
    await run.until('[1/1]');
    // Changed by now, or it ended early: what is to be restored must have been there.
    await expect.poll(() => hostState(), { timeout: 30_000 }).not.toEqual(state);
    run.child.kill('SIGKILL');
    await run.result;
    await expect.poll(() => hostState(), { timeout: 15_000 }).toEqual(state);
    await expect.poll(() => selftestProcesses(), { timeout: 15_000 }).toEqual([]);
  }
}, 180_000);

it('refuses what is nothing to inject', async () => {
  const { code, stderr } = await runCli(['selftest', '--only', 'rain']);
  expect(code).toBe(2);
  expect(stderr).toContain('"rain"');
});
