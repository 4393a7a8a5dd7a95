import { readFileSync } from 'node:fs';
import { isMonitorError } from '@hftmon/core';
import { queryPageNodes } from '@hftmon/perf-native';
import type { LineLocation } from '../locate/line-location.js';
import type { LineLocator } from '../locate/line-locator.js';
import type { ContestedLine, SharingTable } from './sharing-table.js';

/** What is looked up of a line while its process lives. */
export interface LineFacts {
  readonly location: LineLocation;
  readonly node?: number;
  /** Names of its threads, by tid. */
  readonly comms: ReadonlyMap<number, string>;
}

const MOST_LINES = 1024;

/**
 * Looks up what suspected lines are part of, once, so that it can be told after their process has
 * ended.
 */
export class LineKnowledge {
  readonly #locator: LineLocator;
  readonly #table: SharingTable;
  readonly #procRoot: string;
  readonly #facts = new Map<string, LineFacts>();

  constructor(locator: LineLocator, table: SharingTable, procRoot: string) {
    this.#locator = locator;
    this.#table = table;
    this.#procRoot = procRoot;
  }

  /** Looks up those that are new, or have new threads. */
  learn(lines: readonly ContestedLine[]): void {
    const fresh = lines.filter((line) => this.#isNew(line));
    for (const pid of new Set(fresh.map((line) => line.pid))) {
      const ofProcess = fresh.filter((line) => line.pid === pid);
      const used = new Map(ofProcess.map((line) => [line.address, usedAddresses(line)]));
      const locations = this.#locator.locate(pid, used, this.#table.threads.stacks(pid));
      for (const line of ofProcess) this.#remember(line, locations.get(line.address)!);
    }
  }

  /** What was found, or that nothing was. */
  of(line: ContestedLine): LineFacts {
    return this.#facts.get(keyOf(line)) ?? NOTHING;
  }

  #isNew(line: ContestedLine): boolean {
    const facts = this.#facts.get(keyOf(line));
    return facts === undefined || line.accesses.some(({ tid }) => !facts.comms.has(tid));
  }

  #remember(line: ContestedLine, location: LineLocation): void {
    const key = keyOf(line);
    const before = this.#facts.get(key);
    // Its process may have ended since the first time.
    const kept = location.kind === 'unknown' && before !== undefined ? before.location : location;
    const node = nodeOf(line) ?? before?.node;
    const comms = new Map(before?.comms);
    for (const { tid } of line.accesses) {
      if (!comms.has(tid)) comms.set(tid, this.#comm(line.pid, tid));
    }
    if (this.#facts.size >= MOST_LINES) this.#facts.clear();
    this.#facts.set(key, { location: kept, comms, ...(node === undefined ? {} : { node }) });
  }

  /** Empty for a thread that has ended: its name is not known any more. */
  #comm(pid: number, tid: number): string {
    try {
      return readFileSync(`${this.#procRoot}/${pid}/task/${tid}/comm`, 'utf8').trimEnd();
    } catch {
      return '';
    }
  }
}

const NOTHING: LineFacts = {
  location: { kind: 'unknown', name: 'memory that was not looked up' },
  comms: new Map(),
};

function keyOf({ pid, address }: ContestedLine): string {
  return `${pid}:${address}`;
}

function usedAddresses({ address, accesses }: ContestedLine): number[] {
  return [...new Set(accesses.map(({ offset }) => address + offset))];
}

/** Absent without the right to ask, and for a process that has ended: the report has it without. */
function nodeOf({ pid, address }: ContestedLine): number | undefined {
  const nodes = new Int32Array(1);
  try {
    return queryPageNodes(pid, Float64Array.of(address), nodes) === 1 ? nodes[0] : undefined;
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    return undefined;
  }
}
