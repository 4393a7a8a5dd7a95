import type { ProbeEnvironment, Refusal } from '@hftmon/core';
import { readText } from '../proc/read.js';
import type { PmuKernel } from './kernel.js';
import { refusal, refusedByKernel } from './reasons.js';

/** What the kernel lets this process count of its own threads. */
export interface PerfPermission {
  /** Why nothing may be counted. */
  readonly denied?: Refusal;
  /** Why the kernel's share must be left out; `undefined` when it needs not be. */
  readonly userSpaceAlone?: string;
}

/** PERF_COUNT_SW_DUMMY: every kernel with perf events opens it for those who may open any. */
const DUMMY = { type: 1, config: 9, config1: 0 };
const EACCES = -13;
const EPERM = -1;
/** The kernel's own default. */
const USUAL_LEVEL = 2;

/**
 * What this process may count, found by trying: kernel.perf_event_paranoid does not decide it. At
 * 3 and above kernels with the patch of Debian and Ubuntu refuse everything and others no more
 * than at 2; in a user namespace capabilities mean nothing to perf events; and seccomp filters and
 * security modules refuse at any level.
 * @param kernel - tries; without it the level is taken for what kernels without patches make of it
 */
export function readPerfPermission(env: ProbeEnvironment, kernel?: PmuKernel): PerfPermission {
  const level = paranoidLevel(env.procRoot);
  if (kernel === undefined) return permissionByLevel(env, level);
  if (kernel.tryGroup([DUMMY], false, undefined) >= 0) return {};
  const result = kernel.tryGroup([DUMMY], true, undefined);
  if (result >= 0) return { userSpaceAlone: userSpaceAlone(level) };
  if (result !== EACCES && result !== EPERM) return { denied: refusal(result, 'anything', false) };
  const isFiltered = hasSeccompFilter(env.procRoot);
  return { denied: refusedByKernel(result === EACCES ? 'EACCES' : 'EPERM', level, isFiltered) };
}

function permissionByLevel(env: ProbeEnvironment, level = USUAL_LEVEL): PerfPermission {
  const unlimited = env.hasCapability('CAP_PERFMON') || env.hasCapability('CAP_SYS_ADMIN');
  return unlimited || level < USUAL_LEVEL ? {} : { userSpaceAlone: userSpaceAlone(level) };
}

function userSpaceAlone(level = USUAL_LEVEL): string {
  return level >= USUAL_LEVEL
    ? `user space alone: kernel.perf_event_paranoid is ${level}, and this process lacks CAP_PERFMON`
    : 'user space alone: a security module keeps the rest from this process';
}

function paranoidLevel(procRoot: string): number | undefined {
  const text = readText(`${procRoot}/sys/kernel/perf_event_paranoid`)?.trim();
  return text === undefined || text === '' ? undefined : Number(text);
}

function hasSeccompFilter(procRoot: string): boolean {
  return /^Seccomp:\s*2$/m.test(readText(`${procRoot}/self/status`) ?? '');
}

/** Does the NMI watchdog hold a counter of every CPU? */
export function holdsNmiWatchdog(procRoot: string): boolean {
  return readText(`${procRoot}/sys/kernel/nmi_watchdog`)?.trim() === '1';
}
