import { readSchedAttr, SCHED_ATTR, SCHED_MASK_WORDS } from '../native/sched-attr-bindings.js';
import type { SchedulingAttributes } from './scheduling-attributes.js';

const WORDS = SCHED_ATTR.bytes / 4;
const WORD = {
  error: SCHED_ATTR.error / 4,
  policy: SCHED_ATTR.policy / 4,
  nice: SCHED_ATTR.nice / 4,
  priority: SCHED_ATTR.priority / 4,
  flags: SCHED_ATTR.flags / 4,
  runtimeNs: SCHED_ATTR.runtimeNs / 4,
  deadlineNs: SCHED_ATTR.deadlineNs / 4,
  periodNs: SCHED_ATTR.periodNs / 4,
  mask: SCHED_ATTR.mask / 4,
} as const;

const SCHED_DEADLINE = 6;
const RESET_ON_FORK = 1;

/**
 * Reads the attributes of many threads, a few at a time into memory of its own, without any
 * allocation until one is asked for as an object. Some 0.5 us per thread.
 */
export class AttributeReader {
  /** Threads that one call reads. */
  readonly capacity: number;
  /** Tids to read: fill the first ones, then call {@link read}. */
  readonly tids: Uint32Array;
  readonly #words: Uint32Array;
  readonly #call = readSchedAttr();

  /** @throws HardwareNotSupportedError when there is no native library for this host */
  constructor(capacity = 64) {
    this.capacity = capacity;
    this.tids = new Uint32Array(capacity);
    this.#words = new Uint32Array(capacity * WORDS);
  }

  /** Reads the first `count` of `tids`. @returns threads that were there */
  read(count: number): number {
    return this.#call(this.tids, Math.min(count, this.capacity), this.#words);
  }

  /** errno of the last read of entry `i`, 0 when it was there; ESRCH is 3. */
  errorAt(i: number): number {
    return this.#words[i * WORDS + WORD.error]!;
  }

  /** Is entry `i` as it was when `kept` was copied from an entry? */
  isSame(i: number, kept: Uint32Array): boolean {
    const base = i * WORDS;
    for (let word = 0; word < WORDS; word++) {
      if (kept[word] !== this.#words[base + word]) return false;
    }
    return true;
  }

  /** Copies entry `i`, to be compared later; `into` has {@link AttributeReader.entryWords} words. */
  copy(i: number, into: Uint32Array): void {
    const base = i * WORDS;
    for (let word = 0; word < WORDS; word++) into[word] = this.#words[base + word]!;
  }

  /** Entry `i` as an object; `undefined` when the thread was not there. */
  attributes(i: number): SchedulingAttributes | undefined {
    return decodeAttributes(this.#words, i * WORDS);
  }

  /** Words of a copied entry. */
  static readonly entryWords = WORDS;
}

/** Decodes an entry, or a copy of one (`base` 0); `undefined` when the thread was not there. */
export function decodeAttributes(words: Uint32Array, base = 0): SchedulingAttributes | undefined {
  if (words[base + WORD.error] !== 0) return undefined;
  const u64 = (word: number): number => words[base + word]! + words[base + word + 1]! * 2 ** 32;
  const policy = words[base + WORD.policy]!;
  return {
    policy,
    nice: words[base + WORD.nice]! | 0,
    priority: words[base + WORD.priority]!,
    resetOnFork: (words[base + WORD.flags]! & RESET_ON_FORK) !== 0,
    ...(policy === SCHED_DEADLINE && {
      deadline: {
        runtimeNs: u64(WORD.runtimeNs),
        deadlineNs: u64(WORD.deadlineNs),
        periodNs: u64(WORD.periodNs),
      },
    }),
    affinity: cpusOf(words, base + WORD.mask),
  };
}

function cpusOf(words: Uint32Array, from: number): number[] {
  const cpus: number[] = [];
  for (let word = 0; word < SCHED_MASK_WORDS; word++) {
    for (let bits = words[from + word]!; bits !== 0; bits &= bits - 1) {
      cpus.push(word * 32 + 31 - Math.clz32(bits & -bits));
    }
  }
  return cpus;
}
