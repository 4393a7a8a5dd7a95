import { createError, isKernelKind } from '@hftmon/core';
import {
  createProbeEnvironment,
  HFTResourceMonitor,
  installedCollectors,
  requireBpf,
  type MonitorConfiguration,
} from '@hftmon/monitor';
import { definedOnly } from '../args/defined-only.js';
import type { TargetChoice } from '../args/require-target.js';
import { warn } from '../errors/warn.js';
import { ExitCode } from '../exit-codes.js';
import type { Output } from '../io/output.js';
import { LaunchedCommand, type CommandEnd } from './launched-command.js';
import { RunEnd, type EndReason } from './run-end.js';

/** What to watch, and how. */
export interface WatchPlan {
  readonly target: TargetChoice;
  readonly output: Output;
  /** ns; absent: until the target ends or a signal comes. */
  readonly duration?: number | undefined;
  readonly collectors?: readonly string[] | undefined;
  readonly roots: {
    readonly procRoot: string | undefined;
    readonly sysRoot: string | undefined;
  };
  readonly configuration?: Partial<MonitorConfiguration>;
  /** The result goes to standard output as JSON: the command's own output must not. */
  readonly machineReadable: boolean;
  /** Called before monitoring starts, for listeners. */
  readonly onReady?: (monitor: HFTResourceMonitor, end: RunEnd) => void;
}

/** How it was watched. The monitor is stopped, and answers. */
export interface Watched {
  readonly monitor: HFTResourceMonitor;
  readonly pids: readonly number[];
  readonly reason: EndReason;
  /** From the start of counting to its end, or to that of the last target. */
  readonly durationNs: number;
  readonly command?: { readonly words: readonly string[] } & CommandEnd;
}

/**
 * Watches until the end that comes first, then reports.
 * @returns exit code: 4 when the targets were gone before the time was up
 */
export async function watch(
  plan: WatchPlan,
  report: (watched: Watched) => void,
): Promise<ExitCode> {
  using end = new RunEnd();
  using monitor = new HFTResourceMonitor({
    environment: createProbeEnvironment(definedOnly(plan.roots)),
    collectors: installedCollectors(plan.collectors),
  });
  monitor.configure(plan.configuration ?? {});
  requireKernelEvents(monitor);
  monitor.on('error', ({ error }) => warn(error.message));
  plan.output.onBroken = () => end.end('unread');
  const { target } = plan;
  const command = 'command' in target ? launch(target.command, plan.machineReadable) : undefined;
  try {
    const pids = 'pids' in target ? target.pids : [command!.pid];
    const watched = await run(monitor, end, plan, pids, command);
    report(watched);
    const early = watched.reason === 'exit' && plan.duration !== undefined;
    return early && command === undefined ? ExitCode.TargetGone : ExitCode.Ok;
  } finally {
    await command?.stop();
  }
}

/**
 * Whoever asks for the collectors of kernel events, by name or by naming none, is told right away
 * when there can't be any, and not given the little that is left.
 */
function requireKernelEvents(monitor: HFTResourceMonitor): void {
  const isWanted = monitor
    .collectors()
    .some(({ collector }) => collector.meta.kinds.some(isKernelKind));
  if (isWanted) requireBpf(monitor.environment);
}

function launch(words: readonly string[], machineReadable: boolean): LaunchedCommand {
  return new LaunchedCommand(words, machineReadable ? 'stderr' : 'inherit');
}

async function run(
  monitor: HFTResourceMonitor,
  end: RunEnd,
  plan: WatchPlan,
  pids: readonly number[],
  command: LaunchedCommand | undefined,
): Promise<Watched> {
  for (const pid of pids) monitor.attachProcess(pid);
  monitor.on('processExit', () => {
    if (monitor.attachedProcesses.size === 0) end.end('exit');
  });
  plan.onReady?.(monitor, end);
  monitor.startMonitoring();
  const startNs = process.hrtime.bigint();
  reportUnsupported(monitor, plan.collectors);
  command?.release();
  if (command === undefined && monitor.attachedProcesses.size === 0) {
    throw createError('HFTMON_E_PROCESS_EXITED', { pid: pids.join(',') });
  }
  sayWatching(pids);
  const onEnded = (): void => end.end('exit');
  void command?.ended.then(onEnded, onEnded);
  if (plan.duration !== undefined) end.after(plan.duration);
  const reason = await end.reason;
  // Not after the stop: detaching and the last delivery take long, and nothing is counted then.
  const endNs = reason === 'exit' ? end.atNs! : process.hrtime.bigint();
  monitor.stopMonitoring();
  const durationNs = Math.max(0, Number(endNs - startNs));
  if (command === undefined) return { monitor, pids, reason, durationNs };
  await command.stop();
  return { monitor, pids, reason, durationNs, command: { words: command.words, ...command.end! } };
}

/** Loading takes a moment: tells people from when on they see everything. */
function sayWatching(pids: readonly number[]): void {
  if (process.stderr.isTTY === true) process.stderr.write(`hftmon: watching ${pids.join(', ')}\n`);
}

/** What was asked for by name has to work; of the rest it is enough to say that it is off. */
function reportUnsupported(
  monitor: HFTResourceMonitor,
  wanted: readonly string[] | undefined,
): void {
  for (const [name, support] of monitor.probe()) {
    if (support.ok) continue;
    const { reason, remedy } = support;
    if (wanted !== undefined) {
      throw createError('HFTMON_E_UNSUPPORTED', { feature: `collector ${name}`, reason, remedy });
    }
    warn(`collector ${name} is off: ${reason}. Remedy: ${remedy}`);
  }
}
