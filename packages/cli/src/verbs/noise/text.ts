import type { NoiseGap, NoiseReport } from '@hftmon/monitor';
import { partText } from '../../format/evidence.js';
import { lossText } from '../../format/loss-text.js';
import { formatCount, plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { formatTable } from '../../format/table.js';
import type { Style } from '../../io/style.js';

/** Gaps that are shown one by one: the longest. */
const SHOWN = 10;

/** The report for people. */
export function noiseText(report: NoiseReport, style: Style): string[] {
  const { gaps, losses, notObserved } = report;
  const lost = gaps.lost === 0 ? '' : `, ${formatCount(gaps.lost)} of them not explained`;
  const total = `${plural(gaps.count, 'gap')} over ${shortDuration(report.thresholdNs)}`;
  return [
    ...rateText(report),
    '',
    `${total}: ${shortDuration(gaps.ns)} in ${shortDuration(report.durationNs)}${lost}`,
    ...causeTable(report),
    ...hardwareText(report),
    ...longestText(gaps.list, style),
    '',
    ...(notObserved.length === 0
      ? []
      : [`not observed here: ${notObserved.map(({ cause }) => cause).join(', ')}`]),
    ...(losses === undefined ? [] : [lossText(losses)]),
  ];
}

/** What was asked for, and what it really did. */
function rateText(report: NoiseReport): string[] {
  const { cpu, slots, reachedHz, durationNs, lateness, clock, end } = report;
  const time = `CPU ${cpu}, ${shortDuration(durationNs)}${end === 'stopped' ? ' (stopped)' : ''}`;
  const what = slots === undefined ? 'time between two readings' : 'lateness';
  const percentiles = lateness.percentiles.flatMap(({ percent, value }) =>
    value === undefined ? [] : [`p${percent} ${shortDuration(value)}`],
  );
  const max = lateness.max === undefined ? [] : [`max ${shortDuration(lateness.max)}`];
  return [
    slots === undefined
      ? `${time}: clock read ${formatCount(reachedHz)} times a second (${clock.source})`
      : `${time}: ${formatCount(reachedHz)} samples a second of ${formatCount(1e9 / report.intervalNs)} asked for (${clock.source})`,
    ...(slots === undefined ? [] : [slotText(slots)]),
    `${what}: ${[...percentiles, ...max].join(', ')}`,
  ];
}

function slotText(slots: NonNullable<NoiseReport['slots']>): string {
  const { due, sampled, missed, rested, onTime } = slots;
  const share = (count: number) => (due === 0 ? '–' : `${((count / due) * 100).toFixed(3)} %`);
  const rest = rested === 0 ? '' : `, ${formatCount(rested)} rested`;
  return `${plural(due, 'slot')}: ${formatCount(sampled)} sampled, ${formatCount(missed)} missed${rest}; ${share(onTime)} within 1us`;
}

function causeTable({ byCause, durationNs }: NoiseReport): string[] {
  if (byCause.length === 0) return [];
  const rows = byCause.map(({ cause, gaps, ns }) => [
    cause.replaceAll('_', ' '),
    formatCount(gaps),
    shortDuration(ns),
    `${((ns / durationNs) * 100).toFixed(4)} %`,
  ]);
  const right = { align: 'right' } as const;
  const table = formatTable(
    [
      { title: 'cause' },
      { title: 'gaps', ...right },
      { title: 'time', ...right },
      { title: 'of the run', ...right },
    ],
    rows,
  );
  return [...table, ...byCause.flatMap(countedText)].map((line) => `  ${line}`);
}

/** What of a cause no kernel event shows. */
function countedText({ cause, fromRusage }: NoiseReport['byCause'][number]): string[] {
  if (fromRusage === undefined) return [];
  const { ns, gaps } = fromRusage;
  return [
    `of ${cause.replaceAll('_', ' ')}, ${shortDuration(ns)} in ${plural(gaps, 'gap')} by the kernel's count of switches alone (getrusage)`,
  ];
}

function hardwareText({ hardware: { stealNs, smis } }: NoiseReport): string[] {
  const steal =
    stealNs.value === undefined
      ? 'steal time not known'
      : `${stealNs.value === 0 ? 'no time' : shortDuration(stealNs.value)} stolen by the hypervisor, by its own account`;
  const smi =
    smis.value === undefined ? 'SMIs not counted here' : plural(smis.value, 'SMI', 'SMIs');
  return [`  ${steal}; ${smi}`];
}

function longestText(list: readonly NoiseGap[], style: Style): string[] {
  if (list.length === 0) return [];
  const longest = [...list].sort((a, b) => b.durationNs - a.durationNs).slice(0, SHOWN);
  return ['', 'the longest:', ...longest.map((gap) => `  ${gapLine(gap, style)}`)];
}

function gapLine(gap: NoiseGap, style: Style): string {
  const at = `at ${(gap.timestampNs / 1e9).toFixed(6)} s`;
  const text = [style.dim(at.padStart(14)), style.bold(shortDuration(gap.durationNs).padStart(7))];
  return [...text, causesText(gap)].join('  ');
}

function causesText({
  cause,
  causeFrom,
  involuntarySwitches,
  receipt,
  incomplete,
}: NoiseGap): string {
  if (receipt === undefined || cause === 'hardware_or_hypervisor') {
    return cause.replaceAll('_', ' ');
  }
  const parts = receipt.parts.map((part) =>
    part.cause === 'unexplained' ? `unexplained ${shortDuration(part.ns)}` : partText(part),
  );
  const counted = plural(involuntarySwitches, 'involuntary switch', 'involuntary switches');
  const from = causeFrom === undefined ? '' : ` [${cause}: ${counted} counted, not traced]`;
  return parts.join(' + ') + from + (incomplete === true ? ' [records were lost]' : '');
}
