import { expect, it } from 'vitest';
import { listProcesses, needs, skipUnless } from '@hftmon/testkit';
import type { DemoDocument } from '@hftmon/cli';
import { runCli, startCli } from '../support/run-cli.js';
import { readFileSync } from 'node:fs';

/** Processes of the demo program that run now. */
function demoProcesses(): number[] {
  return listProcesses().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]!.endsWith('/hftmon-demo');
    } catch {
      return false;
    }
  });
}

it('finds what it did, with five different causes or more', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime);
  const before = demoProcesses();
  const { code, stdout, stderr } = await runCli(['demo', '--json']);
  expect(code, stderr).toBe(0);
  const { schema, disturbances, spikes, losses } = JSON.parse(stdout) as DemoDocument;
  expect(schema).toBe('hftmon.demo/1');
  const found = disturbances.filter(({ causeRight }) => causeRight > 0);
  expect(new Set(found.flatMap(({ expected }) => expected[0])).size).toBeGreaterThanOrEqual(5);
  for (const { injected, detected, causeRight } of disturbances) {
    expect(detected).toBeLessThanOrEqual(injected);
    expect(causeRight).toBeLessThanOrEqual(detected);
  }
  expect(Object.keys(spikes.byCause).length).toBeGreaterThanOrEqual(5);
  expect(losses.seen).toBe(losses.emitted + losses.filtered + losses.dropped);
  expect(stderr).toContain('[1/');
  expect(demoProcesses()).toEqual(before);
});

it('reads as a table with verdicts', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime);
  const { code, stdout } = await runCli(['demo']);
  expect(code).toBe(0);
  expect(stdout).toContain('receipt of one of them');
  expect(stdout).toMatch(/found +somebody stops the process.*injected 7, detected 7/);
  expect(stdout).not.toContain('\x1b');
});

it('ends with what it has when it is interrupted, and leaves nothing running', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime);
  const before = demoProcesses();
  const run = startCli(['demo', '--json']);
  await run.until('[2/');
  run.child.kill('SIGINT');
  const { code, stdout } = await run.result;
  expect(code).toBe(0);
  const { disturbances } = JSON.parse(stdout) as DemoDocument;
  expect(disturbances.length).toBeLessThan(9);
  expect(demoProcesses()).toEqual(before);
});

it('leaves nothing running when it is killed', async (context) => {
  skipUnless(context, needs.bpf, needs.realtime);
  const before = demoProcesses();
  const run = startCli(['demo']);
  await run.until('[2/');
  run.child.kill('SIGKILL');
  await run.result;
  await expect.poll(() => demoProcesses()).toEqual(before);
});
