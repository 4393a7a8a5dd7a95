import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
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
    interrupts: readdirSync('/proc/irq').flatMap((irq) => {
      const path = `/proc/irq/${irq}/smp_affinity_list`;
      return existsSync(path) ? [`${irq}: ${readFileSync(path, 'utf8')}`] : [];
    }),
    groups: ['/sys/fs/cgroup', '/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct'].flatMap((dir) =>
      existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('hftmon-')) : [],
    ),
    files: readdirSync('/var/tmp').filter((name) => name.startsWith('hftmon-selftest-')),
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
  for (const { id, injected, voided, detected, named, inTime, skipped, faults } of document.kinds) {
    const facts = `${id}: ${JSON.stringify(faults)}`;
    expect(skipped, id).toBeUndefined();
    expect(injected, id).toBeGreaterThan(0);
    expect(voided, id).toBeGreaterThanOrEqual(0);
    // All of them on a quiet host; here others may be at work.
    expect(detected, facts).toBeGreaterThan(injected / 2);
    expect(named, facts).toBeGreaterThan(injected / 2);
    expect(detected, facts).toBeLessThanOrEqual(injected);
    expect(named, facts).toBeLessThanOrEqual(detected);
    expect(inTime, facts).toBeLessThanOrEqual(detected);
    if (faults.length === 0)
      expect([detected, named, inTime]).toEqual([injected, injected, injected]);
  }
  const injections = document.kinds.reduce((sum, { injected }) => sum + injected, 0);
  expect(document.truth.criteria.find(({ name }) => name === 'injections')?.value).toBe(injections);
  expect(document.receipts.pass).toBe(true);
  expect(document.checks.wrongSums).toBe(0);
  expect(stderr).toContain('[5/5]');
  expect(hostState()).toEqual(state);
  expect(selftestProcesses()).toEqual([]);
});

/** Starts it and waits until it has changed the host; `false` when it ended without. */
async function runUntilChanged(kind: string, state: ReturnType<typeof hostState>) {
  const run = startCli(['selftest', '--full', '--json', '--only', kind]);
  let ended = false;
  void run.result.then(() => (ended = true));
  await run.until('[1/1]');
  while (!ended && isDeepStrictEqual(hostState(), state)) await sleep(5);
  return { run, changed: !ended };
}

describe.each(['throttling', 'network-softirq', 'block-irq'])('killed in %s', (kind) => {
  it('restores the host and leaves nothing running', async (context) => {
    skipUnless(context, needs.bpf, needs.realtime);
    const state = hostState();
    const { run, changed } = await runUntilChanged(kind, state);
    if (changed) run.child.kill('SIGKILL');
    const { stdout } = await run.result;
    await expect.poll(() => hostState()).toEqual(state);
    await expect.poll(() => selftestProcesses()).toEqual([]);
    if (changed) return;
    // Steered to that CPU already, or nothing to steer.
    const { kinds } = JSON.parse(stdout) as SelftestDocument;
    context.skip(kinds[0]?.skipped ?? 'the host was as the self-test wants it');
  });
});

it('reports no spike of an undisturbed thread that its own clock has not seen', async (context) => {
  skipUnless(context, needs.bpf);
  const { stdout } = await runCli(['selftest', '--json', '--quiet-loop', '3s']);
  const document = JSON.parse(stdout) as SelftestDocument;
  expect(document).toMatchObject({ mode: 'quiet', kinds: [] });
  const { falseAlarms, wrongSums, examples } = document.checks;
  expect({ falseAlarms, wrongSums }, JSON.stringify(examples)).toEqual({
    falseAlarms: 0,
    wrongSums: 0,
  });
  expect(document.durationNs).toBeGreaterThan(3e9);
});

it('refuses what is nothing to inject', async () => {
  const { code, stderr } = await runCli(['selftest', '--only', 'rain']);
  expect(code).toBe(2);
  expect(stderr).toContain('"rain"');
});
