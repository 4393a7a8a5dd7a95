import type { LatencySpike } from '@hftmon/monitor';
import type { Style } from '../io/style.js';
import { clockTime } from './clock-time.js';
import { partText } from './evidence.js';
import { shortDuration } from './short-duration.js';

/** One readable line of a spike with its receipt. */
export function spikeLine(spike: LatencySpike, style: Style): string {
  const who = `${spike.comm}/${spike.tid}`;
  return [
    style.dim(clockTime(spike.timestamp)),
    who.padEnd(22),
    `cpu ${spike.cpu}`.padEnd(6),
    style.bold(shortDuration(spike.durationNs).padStart(7)),
    style.bad(spike.cause.padEnd(14)),
    receiptText(spike) + replacesText(spike),
  ].join('  ');
}

/** What was told before and is now known to be part of one longer spike. */
function replacesText({ supersedes }: LatencySpike): string {
  return supersedes === undefined ? '' : ` [replaces ${supersedes.length} above]`;
}

/** The parts of a receipt, the largest first, and what may make them wrong. */
export function receiptText({
  receipt,
  incomplete,
  truncated,
  estimated,
}: Pick<LatencySpike, 'receipt' | 'incomplete' | 'truncated' | 'estimated'>): string {
  return [
    receipt.parts.map(partText).join(' + '),
    ...(incomplete === true ? ['[records were lost]'] : []),
    ...(truncated === true ? ['[more happened than is kept]'] : []),
    ...(estimated === true ? ['[a return to the CPU was not traced]'] : []),
  ].join(' ');
}
