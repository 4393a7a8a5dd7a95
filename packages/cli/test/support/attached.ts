import { setTimeout as sleep } from 'node:timers/promises';
import { listBpfFds } from '@hftmon/testkit';
import type { CliRun } from './run-cli.js';

/** Long enough for the last probe and the gate, once the first probe is attached. */
const REST_MS = 300;

/** Waits until a run of the command has attached its probes. */
export async function attached(run: CliRun): Promise<void> {
  while (!listBpfFds(run.pid).some(({ type }) => type === 'link')) {
    if (run.child.exitCode !== null) throw new Error((await run.result).stderr);
    await sleep(20);
  }
  await sleep(REST_MS);
}
