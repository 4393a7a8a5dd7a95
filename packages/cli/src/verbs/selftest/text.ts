import { lossText } from '../../format/loss-text.js';
import { formatCount, plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { formatTable } from '../../format/table.js';
import type { Style } from '../../io/style.js';
import type { SelftestDocument } from './document.js';
import type { KindResult } from './judge-kind.js';
import type { Criterion, Verdict } from './verdict.js';

/** The result for people. */
export function selftestText(document: SelftestDocument, style: Style): string[] {
  const { kinds, truth, receipts, checks, losses, seed, cpu, durationNs } = document;
  const skipped = kinds.filter((kind) => kind.skipped !== undefined);
  return [
    ...(kinds.length === 0 ? [] : kindTable(kinds, style)),
    ...skipped.map(({ title, skipped: why }) => `${style.warning('left out')}  ${title}: ${why}`),
    '',
    `${plural(checks.spikes, 'spike')} of ${shortDuration(document.thresholdNs)} or longer on CPU ${cpu} in ${shortDuration(durationNs)}, the host's own among them; seed ${seed}`,
    ...verdictLines('truth', truth, style),
    ...verdictLines('receipts', receipts, style),
    lossText(losses),
  ];
}

function kindTable(kinds: readonly KindResult[], style: Style): string[] {
  const [title, ...lines] = formatTable(
    [
      { title: 'what was done' },
      { title: 'cause' },
      { title: 'void', align: 'right' },
      { title: 'injected', align: 'right' },
      { title: 'detected', align: 'right' },
      { title: 'named', align: 'right' },
      { title: 'by its time', align: 'right' },
      { title: 'right length', align: 'right' },
      { title: 'error p50', align: 'right' },
      { title: 'p99', align: 'right' },
      { title: 'max', align: 'right' },
    ],
    kinds.filter(({ skipped }) => skipped === undefined).map(kindRow),
  );
  return [style.dim(title!), ...lines];
}

const COUNTS = ['voided', 'injected', 'detected', 'named', 'namedByFit', 'inTime'] as const;

function kindRow(kind: KindResult): string[] {
  const { p50Ns, p99Ns, maxNs } = kind.durationErrors ?? {};
  return [
    kind.title,
    kind.cause,
    ...COUNTS.map((count) => formatCount(kind[count])),
    ...[p50Ns, p99Ns, maxNs].map((ns) => (ns === undefined ? '-' : shortDuration(ns))),
  ];
}

function verdictLines(name: string, { pass, criteria }: Verdict, style: Style): string[] {
  return [
    `${style.bold(name)}: ${pass ? style.good('holds') : style.bad('does not hold')}`,
    ...criteria.map((criterion) => criterionLine(criterion, style)),
  ];
}

function criterionLine({ name, value, atLeast, atMost, pass }: Criterion, style: Style): string {
  const isShare = atLeast !== undefined && atLeast > 0 && atLeast < 1;
  const number = (of: number): string => (isShare ? `${(100 * of).toFixed(2)} %` : formatCount(of));
  const limit =
    atLeast === undefined ? `at most ${number(atMost!)}` : `at least ${number(atLeast)}`;
  const mark = pass ? style.good('yes') : style.bad('NO ');
  return `  ${mark}  ${name.replace(/_/g, ' ')}: ${number(value)} (${limit})`;
}
