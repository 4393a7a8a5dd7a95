import { readdirSync } from 'node:fs';
import { parseCpuList } from '../proc/cpus.js';
import { readText } from '../proc/read.js';

/** The three words of an event. */
export interface EventWords {
  readonly config: bigint;
  readonly config1: bigint;
  readonly config2: bigint;
}

/** An event that a PMU names itself. */
export interface NamedEvent {
  /** `event=0x04,umask=0x0f`. */
  readonly terms: string;
  /** What one count stands for, in `unit`; 1 when the kernel gives no scale. */
  readonly scale: number;
  /** `MiB`, `Joules`, …; empty for plain counts. */
  readonly unit: string;
}

/** A PMU as /sys/bus/event_source/devices shows it. */
export interface PmuDevice {
  readonly name: string;
  /** `perf_event_attr.type`. */
  readonly type: number;
  /** CPUs to count on, one per package or die; empty for a PMU of threads. */
  readonly cpumask: readonly number[];
  /** Place of each term: `event` is `config:0-7,32-37`. */
  readonly format: ReadonlyMap<string, string>;
  readonly events: ReadonlyMap<string, NamedEvent>;
}

/** Reads the PMUs whose name matches, by name. One whose files make no sense is left out. */
export function readPmuDevices(sysRoot: string, names: RegExp): PmuDevice[] {
  const root = `${sysRoot}/bus/event_source/devices`;
  return list(root)
    .filter((name) => names.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap((name) => readPmuDevice(sysRoot, name) ?? []);
}

/** Reads one PMU; `undefined` when the host has none of that name, or its files make no sense. */
export function readPmuDevice(sysRoot: string, name: string): PmuDevice | undefined {
  const folder = `${sysRoot}/bus/event_source/devices/${name}`;
  const type = Number(readText(`${folder}/type`)?.trim() || NaN);
  const cpumask = cpusOf(readText(`${folder}/cpumask`) ?? '');
  if (!Number.isInteger(type) || cpumask === undefined) return undefined;
  const format = filesOf(`${folder}/format`);
  return { name, type, cpumask, format, events: readEvents(`${folder}/events`) };
}

/**
 * Words of an event given by its terms, each put where `format` says; a term without a value is 1.
 * @param terms - `event=0x04,umask=0x0f`; empty for an event that has none
 * @param values - more terms; they stand for those of the same name
 * @returns `undefined` for a term that the PMU does not have, or a value that does not fit
 */
export function encodeEvent(
  terms: string,
  format: ReadonlyMap<string, string>,
  values: Readonly<Record<string, number>> = {},
): EventWords | undefined {
  const words: Words = { config: 0n, config1: 0n, config2: 0n };
  const valueOf = new Map<string, string>();
  for (const term of terms.split(',').filter((each) => each.trim() !== '')) {
    const [name = '', value = '1'] = term.trim().split('=', 2);
    valueOf.set(name, value);
  }
  for (const [name, value] of Object.entries(values)) valueOf.set(name, String(value));
  for (const [name, value] of valueOf) {
    const place = format.get(name);
    if (place === undefined || !/^(0x[0-9a-f]+|\d+)$/i.test(value)) return undefined;
    if (!put(words, place, BigInt(value))) return undefined;
  }
  return words;
}

type Words = { -readonly [Word in keyof EventWords]: bigint };

/** Spreads a value over the bit ranges of a place such as `config:0-7,32-37`. */
function put(words: Words, place: string, value: bigint): boolean {
  const match = /^(config[12]?):([\d,-]+)$/.exec(place.trim());
  if (match === null) return false;
  const word = match[1] as keyof EventWords;
  let rest = value;
  for (const range of match[2]!.split(',')) {
    const [first = NaN, last = first] = range.split('-').map(Number);
    if (!(first <= last && last < 64)) return false;
    const width = BigInt(last - first + 1);
    words[word] |= (rest & ((1n << width) - 1n)) << BigInt(first);
    rest >>= width;
  }
  return rest === 0n;
}

function readEvents(folder: string): Map<string, NamedEvent> {
  const files = filesOf(folder);
  const events = new Map<string, NamedEvent>();
  for (const [name, terms] of files) {
    if (/\.(scale|unit|snapshot|per-pkg)$/.test(name)) continue;
    const scale = Number(files.get(`${name}.scale`) ?? 1);
    const unit = files.get(`${name}.unit`) ?? '';
    if (Number.isFinite(scale)) events.set(name, { terms, scale, unit });
  }
  return events;
}

/** One line per file, by name. */
function filesOf(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of list(folder)) {
    const line = readText(`${folder}/${name}`)?.trim();
    if (line !== undefined) files.set(name, line);
  }
  return files;
}

function cpusOf(cpumask: string): number[] | undefined {
  try {
    return parseCpuList(cpumask);
  } catch {
    return undefined;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
