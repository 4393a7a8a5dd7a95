import { readText } from '../proc/read.js';

/** The three configuration words of an event. */
export interface EventWords {
  readonly config: bigint;
  readonly config1: bigint;
  readonly config2: bigint;
}

/** A PMU as sysfs describes it: its number, how its fields lie in the words, and named events. */
export class SysfsPmu {
  readonly name: string;
  /** `perf_event_attr.type`. */
  readonly type: number;
  readonly #folder: string;

  private constructor(name: string, type: number, folder: string) {
    this.name = name;
    this.type = type;
    this.#folder = folder;
  }

  /** `undefined` when the host has no PMU of that name. */
  static find(sysRoot: string, name: string): SysfsPmu | undefined {
    const folder = `${sysRoot}/bus/event_source/devices/${name}`;
    const type = readText(`${folder}/type`)?.trim() ?? '';
    return /^\d+$/.test(type) ? new SysfsPmu(name, Number(type), folder) : undefined;
  }

  /** Does the PMU have a field of that name? */
  hasField(name: string): boolean {
    return readText(`${this.#folder}/format/${name}`) !== undefined;
  }

  /** Terms of a named event, `event=0xcd,umask=0x1,ldlat=3`; `undefined` when there is none. */
  event(name: string): string | undefined {
    return readText(`${this.#folder}/events/${name}`)?.trim();
  }

  /**
   * Puts terms into words as the `format` files say; a later term replaces an earlier one, and
   * one without a value is 1. `undefined` when a term has no field.
   */
  encode(terms: string): EventWords | undefined {
    const words = { config: 0n, config1: 0n, config2: 0n };
    for (const term of terms.split(',').filter((each) => each !== '')) {
      const [field = '', value = '1'] = term.split('=');
      const format = readText(`${this.#folder}/format/${field.trim()}`);
      if (format === undefined || !put(words, format, BigInt(value.trim()))) return undefined;
    }
    return words;
  }
}

type Words = { -readonly [word in keyof EventWords]: bigint };

/** `config:0-7,32-35`: the low bits of the value go to the first range. */
function put(words: Words, format: string, value: bigint): boolean {
  const [word = '', ranges = ''] = format.trim().split(':');
  if (word !== 'config' && word !== 'config1' && word !== 'config2') return false;
  let rest = value;
  for (const range of ranges.split(',')) {
    const [low = NaN, high = low] = range.split('-').map(Number);
    if (!Number.isInteger(low) || !Number.isInteger(high)) return false;
    const mask = (1n << BigInt(high - low + 1)) - 1n;
    const at = BigInt(low);
    words[word] = (words[word] & ~(mask << at)) | ((rest & mask) << at);
    rest >>= BigInt(high - low + 1);
  }
  return true;
}
