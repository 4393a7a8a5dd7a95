import type { SpikeCorrection } from '@hftmon/monitor';
import type { Style } from '../io/style.js';
import { clockTime } from './clock-time.js';
import { plural } from './plural.js';
import { shortDuration } from './short-duration.js';

/** One readable line of what is now known of spikes or spans that were shown. */
export function correctionLine(
  { timestamp, durationNs, incomplete, spans }: SpikeCorrection,
  style: Style,
): string {
  const which = [
    ...(incomplete.length === 0 ? [] : [plural(incomplete.length, 'spike')]),
    ...(spans.length === 0 ? [] : [plural(spans.length, 'span')]),
  ].join(' and ');
  const [when, how] = [clockTime(timestamp), shortDuration(durationNs)];
  return `${style.dim(when)}  records were lost in the ${how} from then on: ${which} above may lack parts`;
}

/** The same in the end. @param what - `3 spikes` */
export function correctedText(what: string): string {
  return `${what} shown turned out incomplete: records of that time were lost`;
}
