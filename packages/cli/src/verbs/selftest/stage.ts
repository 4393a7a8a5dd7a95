import { accessSync, constants } from 'node:fs';
import { createError } from '@hftmon/core';
import { HelperError, HelperProcess } from '../../run/helper-process.js';
import { allowedCpus, leaveCpu } from '../../run/own-cpus.js';
import { GapLog } from './gap-log.js';
import type { OwnTimes } from './judge-spikes.js';

/** The target, and the process that disturbs it. */
export interface Stage {
  readonly director: HelperProcess;
  readonly pid: number;
  /** The thread that polls, and whose clock is the truth. */
  readonly tid: number;
  readonly cpu: number;
  readonly otherCpus: readonly number[];
}

/**
 * Starts the target on a CPU of its own, which this process leaves.
 * @throws HardwareNotSupportedError when there is but one CPU, or no program for this machine
 */
export async function openStage(seed: number): Promise<Stage> {
  const cpus = allowedCpus();
  const cpu = cpus.at(-1)!;
  if (cpus.length < 2) {
    throw createError('HFTMON_E_UNSUPPORTED', {
      feature: 'hftmon selftest',
      reason: 'it may use one CPU only, and needs a second one to disturb the first from',
      remedy: 'run it on a machine, or with an affinity, of two CPUs or more',
    });
  }
  await leaveCpu(cpu);
  const director = new HelperProcess('hftmon-selftest', 'direct', { cpu, dir: directory() });
  try {
    const { pid, tid } = (await director.next()) as Record<string, number>;
    director.tell('seed', seed, 0);
    return { director, pid: pid!, tid: tid!, cpu, otherCpus: cpus.slice(0, -1) };
  } catch (error) {
    await director.kill();
    throw error;
  }
}

/** Asks the target what its own clock saw. */
export async function readOwnTimes({ director }: Stage): Promise<OwnTimes> {
  const message = await director.ask('gaps', 0, 0);
  const { beyond } = message;
  // Without the rest, what hftmon saw there would look like alarms for nothing.
  if (beyond !== 0)
    throw new HelperError(`the target's log is too short for ${String(beyond)} gaps`);
  return {
    gaps: new GapLog(message['gaps'] as number[]),
    naps: new GapLog(message['naps'] as number[]),
  };
}

/** /tmp is in memory on many hosts; what waits for a disk needs one. */
function directory(): string {
  const chosen = process.env['TMPDIR'];
  if (chosen !== undefined && chosen !== '') return chosen;
  try {
    accessSync('/var/tmp', constants.W_OK);
    return '/var/tmp';
  } catch {
    return '/tmp';
  }
}
