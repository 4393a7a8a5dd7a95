import type { SharedLine, SpikeJson } from '@hftmon/monitor';
import { adviceText } from '../../format/advice-text.js';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { spanReportLines } from '../../format/span-text.js';
import { receiptText } from '../../format/spike-text.js';
import type { CollectorDetails } from './details.js';
import { interruptLines } from './interrupt-text.js';
import { schedulingLines } from './scheduling-text.js';

/** What collectors found of a process besides numbers, for people. */
export function detailLines({ cache, irq, latency, numa, sched }: CollectorDetails): string[] {
  const lines = [
    ...longestLines(latency?.longestSpikes ?? []),
    ...(latency?.spans === undefined ? [] : spanReportLines(latency.spans)),
    ...(cache?.falseSharing.lines.flatMap(lineText) ?? []),
    ...(irq === undefined ? [] : interruptLines(irq)),
    ...(sched === undefined ? [] : schedulingLines(sched)),
    ...(latency?.recommendations.flatMap(adviceText) ?? []),
    ...(numa?.recommendations.flatMap(adviceText) ?? []),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function longestLines(spikes: readonly SpikeJson[]): string[] {
  if (spikes.length === 0) return [];
  const lines = spikes.map((spike) => {
    const duration = shortDuration(spike.receipt.durationNs).padStart(7);
    return `    ${duration}  ${`${spike.comm}/${spike.tid}`.padEnd(22)}  ${receiptText(spike)}`;
  });
  return ['  longest spikes:', ...lines];
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

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
