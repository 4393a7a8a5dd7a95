import { formatCount } from './plural.js';

/** Fate of the events in one line. */
export function lossText(losses: {
  readonly seen: number;
  readonly emitted: number;
  readonly filtered: number;
  readonly dropped: number;
}): string {
  const { seen, emitted, filtered, dropped } = losses;
  const end = dropped === 0 ? 'none lost' : `${formatCount(dropped)} lost`;
  return `events: ${formatCount(seen)} seen, ${formatCount(emitted)} recorded, ${formatCount(filtered)} filtered, ${end}`;
}
