import { setTimeout as sleep } from 'node:timers/promises';
import {
  createLatencyCollector,
  HFTResourceMonitor,
  type CollectorFactory,
  type LatencySpike,
} from '@hftmon/monitor';
import { formatOf, type OutputOptions } from '../../args/run-options.js';
import { warn } from '../../errors/warn.js';
import { ExitCode } from '../../exit-codes.js';
import { toJson } from '../../format/json.js';
import { Output } from '../../io/output.js';
import { createProgress, type Progress } from '../../io/progress.js';
import { styleFor } from '../../io/style.js';
import { RunEnd } from '../../run/run-end.js';
import { SpikeLog } from '../demo/spike-log.js';
import { chooseKinds } from './choose-kinds.js';
import { disturb, type Attempt } from './disturb.js';
import { selftestDocument, type SelftestDocument } from './document.js';
import type { GapLog } from './gap-log.js';
import { judgeKind, skippedKind } from './judge-kind.js';
import { judgeSpikes } from './judge-spikes.js';
import { KINDS, type Kind } from './kinds.js';
import { openStage, readOwnTimes, type Stage } from './stage.js';
import { selftestText } from './text.js';
import { judgeReceipts, judgeTruth, type Demands } from './verdict.js';

export interface SelftestOptions extends OutputOptions {
  readonly full?: boolean;
  readonly only?: readonly string[];
  readonly seed?: number;
  /** Disturb nothing for so long, ns. */
  readonly quietLoop?: number;
}

const THRESHOLD_US = 20;
/** Interruptions of a storm come that close. */
const MERGE_GAP_US = 100;
/** Of each kind: how often, and for how long at most. */
const QUICK = { count: 20, limitMs: 500 };
const FULL = { count: 80, limitMs: 20_000 };
const FULL_INJECTIONS = 1000;
const LEAST_CAUSES = 12;
/** Until the last records have come, ms. */
const SETTLE_MS = 200;

/** `hftmon selftest`: exit code 1 when hftmon was not right often enough. */
export async function selftest(options: SelftestOptions): Promise<ExitCode> {
  const kinds = chooseKinds(options.only);
  const format = formatOf(options);
  const output = new Output(options.output);
  const progress = createProgress();
  using end = new RunEnd();
  output.onBroken = () => end.end('unread');
  using monitor = new HFTResourceMonitor({ collectors: [latencyCollector] });
  const seed = options.seed ?? Date.now() % 2 ** 31;
  const stage = await openStage(seed);
  try {
    const document = await examine(stage, monitor, { ...options, seed, kinds, end, progress });
    if (format === 'text') {
      for (const line of selftestText(document, styleFor(output.isTerminal))) output.line(line);
    } else output.line(toJson(document, format));
    return document.pass ? ExitCode.Ok : ExitCode.CheckFailed;
  } finally {
    progress.done();
    await stage.director.kill();
    await output.close();
  }
}

interface Examination extends SelftestOptions {
  readonly seed: number;
  readonly kinds: readonly Kind[];
  readonly end: RunEnd;
  readonly progress: Progress;
}

async function examine(
  stage: Stage,
  monitor: HFTResourceMonitor,
  examination: Examination,
): Promise<SelftestDocument> {
  const { full = false, only, seed, quietLoop } = examination;
  const log = new SpikeLog();
  monitor.configure({ spikeThresholdUs: THRESHOLD_US, cpuAffinity: stage.otherCpus });
  monitor.on('spike', (spike) => void (spike.tid === stage.tid && log.add(spike)));
  monitor.on('error', ({ error }) => warn(error.message));
  monitor.attachProcess(stage.pid);
  monitor.startMonitoring();
  const startNs = process.hrtime.bigint();
  const attempts = await perform(stage, examination);
  await sleep(SETTLE_MS);
  const durationNs = Number(process.hrtime.bigint() - startNs);
  monitor.stopMonitoring();
  const own = await readOwnTimes(stage);
  const spikes = log.all().sort((a, b) => a.monotonicNs - b.monotonicNs);
  const results = inOrder(attempts).map((attempt) => resultOf(attempt, spikes, own.gaps));
  const checks = judgeSpikes(spikes, own);
  const { cpu, pid, tid } = stage;
  return selftestDocument({
    mode: quietLoop !== undefined ? 'quiet' : full ? 'full' : 'quick',
    seed,
    cpu,
    pid,
    tid,
    durationNs,
    thresholdNs: THRESHOLD_US * 1000,
    truth: judgeTruth(results, checks, demandsOf(full, only ?? (quietLoop && []))),
    receipts: judgeReceipts(checks),
    kinds: results,
    checks,
    gaps: own.gaps.count,
    monitor,
  });
}

async function perform(
  stage: Stage,
  { quietLoop, kinds, full, seed, end, progress }: Examination,
): Promise<Attempt[]> {
  if (quietLoop === undefined) {
    return disturb(stage, kinds, { ...(full === true ? FULL : QUICK), seed, end, progress });
  }
  progress.step(`A thread polls its clock on CPU ${stage.cpu}, and nobody disturbs it`);
  end.after(quietLoop);
  await end.reason;
  return [];
}

/** As installed, but with what belongs to one storm in one spike. */
const latencyCollector: CollectorFactory = ({ spikeThresholdUs }) =>
  createLatencyCollector({
    thresholdUs: spikeThresholdUs,
    mergeGapUs: MERGE_GAP_US,
  }) as unknown as ReturnType<CollectorFactory>;

function resultOf(attempt: Attempt, spikes: readonly LatencySpike[], gaps: GapLog) {
  const { kind } = attempt;
  if ('reason' in attempt) return skippedKind(kind, attempt.reason);
  return judgeKind(kind, attempt.deed, spikes, gaps);
}

/** In the order of the table, whatever the order in which they were done. */
function inOrder(attempts: readonly Attempt[]): Attempt[] {
  return [...attempts].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** Who chooses what to inject is not held to the number. */
function demandsOf(full: boolean, chosen: unknown): Demands {
  if (chosen !== undefined) return { causes: 0, injections: 0 };
  return { causes: LEAST_CAUSES, injections: full ? FULL_INJECTIONS : 0 };
}
