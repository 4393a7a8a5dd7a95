import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { syscallName } from '@hftmon/core';
import { listBpfFds } from '@hftmon/testkit';
import type { CliRun } from './run-cli.js';

/** Waits until a run of the command has attached all its probes, and sees its targets. */
export async function attached(run: CliRun): Promise<void> {
  while (!isAttached(run.pid)) {
    const { exitCode, signalCode } = run.child;
    if (exitCode !== null || signalCode !== null) throw new Error((await run.result).stderr);
    await sleep(20);
  }
}

/**
 * The command starts monitoring in one go: once a probe is attached, it waits for events again
 * only when all are, and the gate is open.
 */
function isAttached(pid: number): boolean {
  if (!listBpfFds(pid).some(({ type }) => type === 'link')) return false;
  const [number] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ');
  return syscallName(Number(number))?.startsWith('epoll_') === true;
}
