import type { PriorityInversion, Recommendation, SharedLine } from '@hftmon/monitor';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import type { CollectorDetails } from './details.js';

/** Inversions that are shown one by one. */
const SHOWN_INVERSIONS = 5;

/** What collectors found of a process besides numbers, for people. */
export function detailLines({ cache, numa, sched }: CollectorDetails): string[] {
  const lines = [
    ...(cache?.falseSharing.lines.flatMap(lineText) ?? []),
    ...inversionLines(sched?.priorityInversions ?? []),
    ...(numa?.recommendations.flatMap(adviceText) ?? []),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function lineText(line: SharedLine): string[] {
  const { verdict, confidence, address, location, advice } = line;
  const users = line.threads.map(({ tid, comm, share, accesses }) => {
    const bytes = accesses.map(({ offset, size, stores }) => {
      const range = size === 1 ? `${offset}` : `${offset}-${offset + size - 1}`;
      return stores > 0 ? `${range} (writes)` : range;
    });
    return `${comm}/${tid} bytes ${bytes.join(', ')}, ${percent(share)} of its samples`;
  });
  const kind = verdict === 'false' ? 'false sharing' : `${verdict} sharing`;
  const doubt = line.notConfirmed === undefined ? '' : ` (not confirmed: ${line.notConfirmed})`;
  return [
    `  ${kind}, ${confidence}${doubt}: ${location.name}, line ${address}`,
    ...users.map((user) => `    ${user}`),
    `    ${advice.text}`,
    ...costText(line),
  ];
}

/** What confirming it has cost the target. */
function costText({ watched }: SharedLine): string[] {
  if (watched === undefined) return [];
  const { hits, hitIntervalNs } = watched;
  const each = hitIntervalNs === undefined ? '' : `, at most ${shortDuration(hitIntervalNs)} each`;
  return [`    watching it stopped threads ${plural(hits, 'time')}${each}`];
}

function adviceText({
  summary,
  evidence,
  expectedEffect,
  command,
  call,
  caution,
}: Recommendation): string[] {
  const facts = evidence.map(({ what, value, unit, source }) => {
    return `${what}: ${value}${unit === undefined ? '' : ` ${unit}`} (${source})`;
  });
  return [
    `  advice: ${summary}`,
    ...facts.map((fact) => `    ${fact}`),
    `    expect: ${expectedEffect}`,
    ...[command, call].filter((text) => text !== undefined).map((text) => `    do: ${text}`),
    ...(caution === undefined ? [] : [`    mind: ${caution}`]),
  ];
}

function inversionLines(inversions: readonly PriorityInversion[]): string[] {
  const longest = [...inversions].sort((a, b) => b.durationUs - a.durationUs);
  const lines = longest.slice(0, SHOWN_INVERSIONS).map(({ durationUs, chain, inherited }) => {
    const names = chain.map(({ tid, comm, waitsFor }) => {
      const lock = waitsFor === undefined ? '' : ` at ${waitsFor.futexAddress}`;
      return `${comm}/${tid}${lock}`;
    });
    const lent = inherited ? 'priority lent' : 'no priority lent';
    return `  inversion of ${shortDuration(durationUs * 1000)}, ${lent}: ${names.join(' waits for ')}`;
  });
  const left = inversions.length - lines.length;
  return left > 0 ? [...lines, `  and ${plural(left, 'shorter inversion')}`] : lines;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
