import type { Group } from './group-finder.js';

/** Spikes of a thread that a later, longer one may still supersede. */
const REMEMBERED = 256;
/** Of a thread's first spikes; it doubles, since of thousands of threads few have many. */
const AT_FIRST = 8;
const NONE: readonly ReportedSpike[] = [];

/** Doubles of an entry. */
const Entry = { Start: 0, End: 1, Id: 2, Pieces: 3 } as const;
const ENTRY_DOUBLES = 4;
/** Id of a spike that was only counted, because there were too many. */
const WITHHELD = 0;

/** What is passed as it is: a double that is an argument may have to be allocated. */
type Stretch = Pick<Group, 'startNs' | 'endNs' | 'first' | 'last'>;

/** Where a spike was reported, for the longer one that may supersede it. */
export interface ReportedSpike {
  readonly id: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Intervals that it was made of. */
  readonly pieces: number;
  /** It was only counted, because there were too many. */
  readonly withheld: boolean;
}

/**
 * The spikes of a thread that were reported of late, in the order of time; they do not overlap. A
 * ring of doubles: a list of objects that loses its first one with each new one costs a
 * microsecond, and each spike is remembered before it is told.
 */
export class ReportedSpikes {
  /** A power of two of entries. Most threads never have a spike. */
  #entries: Float64Array | undefined;
  /** Numbers of the oldest and of the next entry. */
  #first = 0;
  #next = 0;

  /** Remembers a spike. @param id - 0 for one that was withheld */
  add(id: number, group: Stretch): void {
    const { startNs } = group;
    const entries = this.#withRoom();
    let place = this.#next++;
    while (place > this.#first && entries[at(entries, place - 1) + Entry.Start]! > startNs) {
      move(entries, --place, place + 1);
    }
    const to = at(entries, place);
    entries[to + Entry.Start] = startNs;
    entries[to + Entry.End] = group.endNs;
    entries[to + Entry.Id] = id;
    entries[to + Entry.Pieces] = piecesOf(group);
  }

  /** Was that spike reported just so, and nothing else that overlaps it? */
  has(group: Stretch): boolean {
    const { startNs, endNs } = group;
    const entries = this.#entries;
    if (entries === undefined) return false;
    const last = this.#firstFrom(entries, group) - 1;
    if (last < this.#first) return false;
    const spike = at(entries, last);
    if (
      entries[spike + Entry.Start] !== startNs ||
      entries[spike + Entry.End] !== endNs ||
      entries[spike + Entry.Pieces] !== piecesOf(group)
    ) {
      return false;
    }
    return last === this.#first || entries[at(entries, last - 1) + Entry.End]! <= startNs;
  }

  /** Forgets the spikes that overlap it, and returns them in the order of time. */
  take(group: Stretch): readonly ReportedSpike[] {
    const { startNs } = group;
    const entries = this.#entries;
    if (entries === undefined) return NONE;
    const end = this.#firstFrom(entries, group);
    let first = end;
    while (first > this.#first && entries[at(entries, first - 1) + Entry.End]! > startNs) first--;
    return first === end ? NONE : this.#remove(entries, first, end);
  }

  /** Entries `first` to `end - 1`. Apart from `take`, where its closure would cost an allocation each time. */
  #remove(entries: Float64Array, first: number, end: number): readonly ReportedSpike[] {
    const taken = Array.from({ length: end - first }, (_, i) => read(entries, first + i));
    for (let from = end, to = first; from < this.#next; from++, to++) move(entries, from, to);
    this.#next -= taken.length;
    return taken;
  }

  clear(): void {
    this.#first = this.#next;
  }

  /** The entries, with room for one more: more of them, or without the oldest. */
  #withRoom(): Float64Array {
    const entries = (this.#entries ??= new Float64Array(AT_FIRST * ENTRY_DOUBLES));
    if ((this.#next - this.#first) * ENTRY_DOUBLES < entries.length) return entries;
    if (entries.length === REMEMBERED * ENTRY_DOUBLES) {
      this.#first++;
      return entries;
    }
    const larger = new Float64Array(2 * entries.length);
    for (let place = this.#first; place < this.#next; place++) {
      const from = at(entries, place);
      larger.set(entries.subarray(from, from + ENTRY_DOUBLES), at(larger, place));
    }
    return (this.#entries = larger);
  }

  /** Number of the first entry that starts at its end or later. */
  #firstFrom(entries: Float64Array, { endNs }: Stretch): number {
    let i = this.#next;
    while (i > this.#first && entries[at(entries, i - 1) + Entry.Start]! >= endNs) i--;
    return i;
  }
}

function piecesOf({ first, last }: Stretch): number {
  return last - first;
}

/** First double of an entry: a power of two of doubles, taken as a ring. */
function at(entries: Float64Array, place: number): number {
  return (place * ENTRY_DOUBLES) & (entries.length - 1);
}

function move(entries: Float64Array, from: number, to: number): void {
  const source = at(entries, from);
  entries.copyWithin(at(entries, to), source, source + ENTRY_DOUBLES);
}

function read(entries: Float64Array, place: number): ReportedSpike {
  const spike = at(entries, place);
  const id = entries[spike + Entry.Id]!;
  return {
    id,
    startNs: entries[spike + Entry.Start]!,
    endNs: entries[spike + Entry.End]!,
    pieces: entries[spike + Entry.Pieces]!,
    withheld: id === WITHHELD,
  };
}
