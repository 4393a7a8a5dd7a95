import type { InterruptInfo, LatencySpike } from '@hftmon/monitor';
import { lossText } from '../../format/loss-text.js';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { receiptText } from '../../format/spike-text.js';
import { formatTable } from '../../format/table.js';
import type { Style } from '../../io/style.js';
import type { DemoDocument } from './document.js';
import { isMissed, type Verdict } from './verdict.js';

/** The demo's result for people. */
export function demoText(
  document: DemoDocument,
  verdicts: readonly Verdict[],
  spikes: readonly LatencySpike[],
  style: Style,
): string[] {
  const { cpu, pid, thresholdNs, others, losses } = document;
  const injected = new Set(verdicts.flatMap((verdict) => verdict.spikes));
  return [
    style.bold(
      `Spikes of ${shortDuration(thresholdNs)} or longer of a matching engine (process ${pid}, CPU ${cpu})`,
    ),
    '',
    ...spikeTable(verdicts, style),
    '',
    style.bold('Verdicts'),
    ...verdicts.map((verdict) => verdictLine(verdict, style)),
    '',
    `Not injected, but there as well: ${plural(others.total, 'spike')}${causes(others.byCause)}`,
    ...longestOf(spikes.filter((spike) => !injected.has(spike))),
    lossText(losses),
    '',
    `Now on a process of yours: ${style.bold('hftmon spikes -p PID --threshold 50us')}`,
  ];
}

/** The typical spike or interrupt of each disturbance: the one of median length. */
function spikeTable(verdicts: readonly Verdict[], style: Style): string[] {
  const rows = verdicts.flatMap(({ title, expected, spikes, interrupts }) => {
    const spike = median(spikes, ({ durationNs }) => durationNs);
    if (spike !== undefined) {
      return [[title, shortDuration(spike.durationNs), spike.cause, receiptText(spike)]];
    }
    const interrupt = median(interrupts, ({ durationUs }) => durationUs);
    if (interrupt === undefined) return [];
    const { durationUs } = interrupt;
    return [[title, shortDuration(durationUs * 1000), expected[0]!, interruptText(interrupt)]];
  });
  const [title, ...lines] = formatTable(
    [
      { title: 'what happened' },
      { title: 'lasted', align: 'right' },
      { title: 'cause' },
      { title: 'receipt of one of them' },
    ],
    rows,
  );
  return [style.dim(title!), ...lines];
}

function median<Item>(items: readonly Item[], length: (item: Item) => number): Item | undefined {
  const sorted = [...items].sort((a, b) => length(a) - length(b));
  return sorted[Math.floor(sorted.length / 2)];
}

function interruptText({ source, sender }: InterruptInfo): string {
  if (sender === undefined) return `${source}; too short to be a spike`;
  const at = sender.callSite === undefined ? '' : ` at ${sender.callSite}`;
  const from = `${sender.comm ?? 'task'}/${sender.tid} on CPU ${sender.cpu}${at}`;
  return `${source} from ${from}; too short to be a spike`;
}

function verdictLine(verdict: Verdict, style: Style): string {
  const { title, expected, injected, detected, causeRight, mayMiss } = verdict;
  if (verdict.skipped !== undefined) {
    return `  ${style.warning('left out')}  ${title}: ${verdict.skipped}`;
  }
  const counts = `injected ${injected}, detected ${detected}, cause right ${causeRight}`;
  const line = `${title}: ${counts} (${expected.join(' or ')})`;
  if (isMissed(verdict)) return `  ${style.bad('missed  ')}  ${line}`;
  if (injected > 0 && causeRight === injected) return `  ${style.good('found   ')}  ${line}`;
  const why = mayMiss === undefined ? '' : `; ${mayMiss}`;
  return `  ${style.warning(causeRight === 0 ? 'none    ' : 'partly  ')}  ${line}${why}`;
}

function causes(byCause: Readonly<Record<string, number>>): string {
  const list = Object.entries(byCause).map(([cause, count]) => `${count} ${cause}`);
  return list.length === 0 ? '' : `: ${list.join(', ')}`;
}

function longestOf(spikes: readonly LatencySpike[]): string[] {
  const longest = spikes.reduce<LatencySpike | undefined>(
    (best, spike) => (best === undefined || spike.durationNs > best.durationNs ? spike : best),
    undefined,
  );
  if (longest === undefined) return [];
  const who = `${longest.comm}/${longest.tid}`;
  return [`  the longest: ${who} ${shortDuration(longest.durationNs)}: ${receiptText(longest)}`];
}
