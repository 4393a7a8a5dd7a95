import { setTimeout as sleep } from 'node:timers/promises';
import { HFTResourceMonitor, installedCollectors } from '@hftmon/monitor';
import { formatOf, type OutputOptions } from '../../args/run-options.js';
import { warn } from '../../errors/warn.js';
import { ExitCode } from '../../exit-codes.js';
import { toJson } from '../../format/json.js';
import { Output } from '../../io/output.js';
import { createProgress, type Progress } from '../../io/progress.js';
import { styleFor } from '../../io/style.js';
import { RunEnd } from '../../run/run-end.js';
import { HelperError } from '../../run/helper-process.js';
import { DISTURBANCES } from './disturbances.js';
import { demoDocument } from './document.js';
import { SpikeLog } from './spike-log.js';
import { openStage, type Stage } from './stage.js';
import { demoText } from './text.js';
import { isMissed, judge, judgeInterrupts, skipped, type Verdict } from './verdict.js';
import type { Disturbance, Injection } from './disturbances.js';

const THRESHOLD_US = 50;
/** What the engine meets before it is disturbed, ms. */
const QUIET_MS = 300;
/** Until the last records have come, ms. */
const SETTLE_MS = 100;

/** What was done to the engine, or why it was not. */
type Attempt = { readonly disturbance: Disturbance } & (
  { readonly injection: Injection } | { readonly reason: string }
);

/** `hftmon demo`: exit code 1 when something that was done went unseen. */
export async function demo(options: OutputOptions): Promise<ExitCode> {
  const format = formatOf(options);
  const output = new Output(options.output);
  const progress = createProgress();
  using end = new RunEnd();
  output.onBroken = () => end.end('unread');
  using monitor = new HFTResourceMonitor({ collectors: installedCollectors(['irq', 'latency']) });
  const stage = await openStage();
  try {
    const log = new SpikeLog();
    const attempts = await perform(stage, monitor, log, end, progress);
    monitor.stopMonitoring();
    const verdicts = attempts.map((attempt) => verdictOf(attempt, monitor, log));
    const document = demoDocument({ monitor, stage, verdicts, log, thresholdUs: THRESHOLD_US });
    if (format === 'text') {
      const lines = demoText(document, verdicts, log.all(), styleFor(output.isTerminal));
      for (const line of lines) output.line(line);
    } else output.line(toJson(document, format));
    return verdicts.some(isMissed) ? ExitCode.CheckFailed : ExitCode.Ok;
  } finally {
    progress.done();
    await stage.close();
    await output.close();
  }
}

async function perform(
  stage: Stage,
  monitor: HFTResourceMonitor,
  log: SpikeLog,
  end: RunEnd,
  progress: Progress,
): Promise<Attempt[]> {
  let interrupted = false;
  void end.reason.then(() => (interrupted = true));
  monitor.configure({ spikeThresholdUs: THRESHOLD_US, cpuAffinity: stage.otherCpus });
  monitor.on('spike', (spike) => log.add(spike));
  monitor.on('error', ({ error }) => warn(error.message));
  monitor.attachProcess(stage.pid);
  monitor.startMonitoring();
  progress.step(`A matching engine polls its socket on CPU ${stage.cpu}, undisturbed for now`);
  await sleep(QUIET_MS);
  const attempts: Attempt[] = [];
  for (const [i, disturbance] of DISTURBANCES.entries()) {
    if (interrupted) break;
    progress.step(`[${i + 1}/${DISTURBANCES.length}] ${disturbance.title}`);
    attempts.push(await attempt(disturbance, stage));
  }
  await sleep(SETTLE_MS);
  progress.done();
  return attempts;
}

async function attempt(disturbance: Disturbance, stage: Stage): Promise<Attempt> {
  try {
    return { disturbance, injection: await disturbance.inject(stage) };
  } catch (error) {
    // One that this host does not allow is left out; the others go on.
    if (error instanceof HelperError) return { disturbance, reason: error.message };
    throw error;
  }
}

function verdictOf(attempt: Attempt, monitor: HFTResourceMonitor, log: SpikeLog): Verdict {
  const { disturbance } = attempt;
  if ('reason' in attempt) return skipped(disturbance, attempt.reason);
  const { injection } = attempt;
  if (disturbance.interrupt === undefined) return judge(disturbance, injection, log.all());
  const interrupts = monitor.getInterrupts({ tid: injection.tid, type: 'ipi' });
  return judgeInterrupts(disturbance, injection, interrupts, (ns) =>
    Number(monitor.session!.clock.toMonotonicNs(ns)),
  );
}
