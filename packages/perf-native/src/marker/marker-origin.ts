import type { NameCounts, SpanOrigin } from '@hftmon/core';
import { MARKER_LIMITS } from '../layout.js';
import type { MarkAccounts } from './mark-accounts.js';

/** Control characters: a name goes to terminals. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

const NO_COUNTS: NameCounts = { spans: 0, open: 0, errors: 0 };

/** An area of marks: live while it is read, then with what it was at the end. */
export class MarkerOrigin {
  readonly origin: number;
  readonly pid: number;
  readonly index: number;
  readonly #accounts: MarkAccounts;
  readonly #readName: (index: number, id: number) => string | undefined;
  /** Names that were asked for: a writer can't change them later. */
  readonly #names = new Map<number, string>();
  #last: { readonly origin: SpanOrigin; readonly counts: readonly NameCounts[] } | undefined;

  constructor(
    { pid, index }: { readonly pid: number; readonly index: number },
    accounts: MarkAccounts,
    readName: (index: number, id: number) => string | undefined,
  ) {
    this.pid = pid;
    this.index = index;
    this.origin = accounts.origin;
    this.#accounts = accounts;
    this.#readName = readName;
  }

  describe(): SpanOrigin {
    if (this.#last !== undefined) return this.#last.origin;
    const { clock, clockErrorNs, counts } = this.#accounts;
    return { origin: this.origin, pid: this.pid, clock, clockErrorNs, counts };
  }

  nameOf(id: number): string | undefined {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    if (this.#last !== undefined || id >= MARKER_LIMITS.names) return undefined;
    const name = this.#readName(this.index, id)?.replace(UNPRINTABLE, '\ufffd');
    if (name === undefined || name === '') return undefined;
    this.#names.set(id, name);
    return name;
  }

  countsOf(id: number): NameCounts {
    if (id >= MARKER_LIMITS.names) return NO_COUNTS;
    if (this.#last === undefined) return this.#accounts.countsOf(id);
    return this.#last.counts[id] ?? NO_COUNTS;
  }

  /** Remembers names, so that they can be told when the area is gone. */
  keepNames(): void {
    const { names } = this.describe().counts;
    for (let id = 0; id < names; id++) this.nameOf(id);
  }

  /** After the area was let go of; before its index is used again. */
  keepCounts(): void {
    const origin = this.describe();
    const counts = Array.from({ length: origin.counts.names }, (_, id) => this.countsOf(id));
    this.#last = { origin, counts };
  }
}
