import type { Flight, FlightTrigger } from '@hftmon/monitor';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { spikeLine } from '../../format/spike-text.js';
import type { Style } from '../../io/style.js';
import type { ThreadEvents } from './busiest-threads.js';

/** A recording for people: trigger, window, spikes with receipts, the busiest threads. */
export function flightText(
  { file, meta, spikes, spans, losses }: Flight,
  threads: readonly ThreadEvents[],
  style: Style,
): string[] {
  const { triggers, furtherTriggers, window, host, clock, targets, withheld } = meta;
  const [first] = triggers;
  const more = triggers.length - 1 + furtherTriggers;
  const dateOf = (ns: number): Date => new Date(clock.epochWallMs + ns / 1e6);
  return [
    style.bold(file),
    first === undefined
      ? 'no trigger'
      : `set off by ${triggerText(first)} at ${dateOf(first.timestampNs).toISOString()}` +
        (more === 0 ? '' : ` and ${more} more`),
    `${targets.map(({ comm, pid }) => `${comm}/${pid}`).join(', ') || 'no process'} on ` +
      `${host.kernel} ${host.architecture}, ${plural(host.cpus, 'CPU')}`,
    windowText(window, first?.timestampNs ?? window.toNs),
    ...(losses.droppedInWindow === 0
      ? []
      : [style.warning(`${losses.droppedInWindow} events were lost in the kernel meanwhile`)]),
    ...(withheld === 0 ? [] : [`${plural(withheld, 'trigger')} withheld before it by the limit`]),
    '',
    plural(spikes.length, 'spike'),
    ...spikes.map((spike) =>
      spikeLine({ ...spike, timestamp: dateOf(spike.timestampNs), ...derived(spike) }, style),
    ),
    ...spans.map(
      ({ name, durationNs, comm, tid }) =>
        `span ${name} ${shortDuration(durationNs)} of ${comm}/${tid}`,
    ),
    '',
    'events by thread',
    ...threads.map(({ tid, comm, events, byKind, longestNs }) => {
      const kinds = Object.entries(byKind).map(([kind, count]) => `${count} ${kind}`);
      const who = `${comm}/${tid}`.padEnd(22);
      return `${who}  ${String(events).padStart(7)}  longest ${shortDuration(longestNs)}: ${kinds.join(', ')}`;
    }),
  ];
}

/** What a spike has beside its JSON, from the same facts. */
function derived({ receipt, tid }: Flight['spikes'][number]) {
  return { durationNs: receipt.durationNs, threadId: tid };
}

function triggerText(trigger: FlightTrigger): string {
  switch (trigger.type) {
    case 'spike':
      return `spike ${trigger.spikeId} of ${shortDuration(trigger.durationNs)}`;
    case 'span':
      return `span ${trigger.name} of ${shortDuration(trigger.durationNs)}`;
    case 'signal':
      return trigger.signal;
    case 'call':
      return `a call (${trigger.reason})`;
  }
}

function windowText(window: Flight['meta']['window'], aroundNs: number): string {
  const { fromNs, toNs, askedFromNs, askedToNs, complete, records, lostRecords } = window;
  const before = shortDuration(Math.max(0, aroundNs - fromNs));
  const after = shortDuration(Math.max(0, toNs - aroundNs));
  const lost = lostRecords === 0 ? '' : `, ${lostRecords} lost`;
  const whole = `${plural(records, 'record')}${lost}: ${before} before it, ${after} after`;
  if (complete) return whole;
  const asked = shortDuration(askedToNs - askedFromNs);
  return `${whole} (asked for ${asked}; the rest is not there)`;
}
