import { DROP_REASON_NAMES, type DropReason } from '../decode/drop-reason.js';
import { AccessTable, type SampledAccess } from './access-table.js';
import { LineTable } from './line-table.js';
import { ThreadTable } from './thread-table.js';

/** How much is kept. */
export interface SharingCapacity {
  /** Default 16,384. */
  readonly lines?: number;
  /** Kinds of access, see {@link AccessTable}. Default 65,536. */
  readonly accesses?: number;
  /** Default 16,384. */
  readonly threads?: number;
}

/** A line that at least two threads took turns on. */
export interface ContestedLine {
  readonly pid: number;
  readonly address: number;
  /** How often a sample came from another thread, on another core, than the one before. */
  readonly alternations: number;
  /** Samples of stores since its threads have taken turns. */
  readonly sharedStores: number;
  readonly firstNs: number;
  readonly lastNs: number;
  readonly accesses: readonly SampledAccess[];
}

/** What became of the samples; nothing is left out. */
export interface SampleCounts {
  readonly taken: number;
  /** Those whose address is known. */
  readonly attributed: number;
  /** Those whose address is not known, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Attributed ones that were forgotten to make room. */
  readonly evicted: number;
  /** Lines that were forgotten to make room. */
  readonly evictedLines: number;
}

/** A sample whose address is known. One object is reused for all. */
export interface AttributedSample {
  pid: number;
  tid: number;
  core: number;
  timeNs: number;
  address: number;
  /** Bytes; 1 for hardware samples, which do not tell. */
  size: number;
  isLoad: boolean;
  isStore: boolean;
  /** Of the instruction that made the access. */
  ipLow: number;
  ipHigh: number;
  isTransfer: boolean;
}

/** Address samples by line, thread, bytes and instruction. Bounded memory, no allocation per sample. */
export class SharingTable {
  readonly lineBytes: number;
  readonly threads: ThreadTable;
  readonly #lines: LineTable;
  readonly #accesses: AccessTable;
  readonly #dropped = new Float64Array(DROP_REASON_NAMES.length);
  #attributed = 0;

  constructor(lineBytes: number, capacity: SharingCapacity = {}) {
    this.lineBytes = lineBytes;
    this.#lines = new LineTable(capacity.lines ?? 16_384);
    this.#accesses = new AccessTable(capacity.accesses ?? 65_536);
    this.threads = new ThreadTable(capacity.threads ?? 16_384);
  }

  /** Takes in a sample whose address is known. */
  add(sample: AttributedSample): void {
    const low = sample.address % WORD;
    const high = (sample.address - low) / WORD;
    const offset = low % this.lineBytes;
    const lineLow = low - offset;
    // Bytes on the next line count here: the line where it begins is the one that is waited for.
    const size = Math.min(sample.size, this.lineBytes - offset);
    this.#attributed += 1;
    this.#lines.add(
      sample.pid,
      lineLow,
      high,
      sample.tid,
      sample.core,
      sample.timeNs,
      sample.isStore,
    );
    this.#accesses.add(
      lineLow,
      high,
      sample.tid,
      offset,
      size,
      sample.isLoad,
      sample.isStore,
      sample.ipLow,
      sample.ipHigh,
      sample.isTransfer,
    );
  }

  /** Counts a sample whose address is not known. */
  drop(reason: DropReason): void {
    this.#dropped[reason]! += 1;
  }

  /** Lines on which threads took turns, with all that is known of them. */
  contested(): ContestedLine[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#lines.rows; row++) {
      if (this.#lines.alternations[row]! > 0) rows.push(row);
    }
    const byLine = this.#accesses.byLine(new Set(rows.map((row) => this.#lines.address(row))));
    return rows.map((row) => {
      const pid = this.#lines.pid(row);
      const address = this.#lines.address(row);
      return {
        pid,
        address,
        alternations: this.#lines.alternations[row]!,
        sharedStores: this.#lines.sharedStores[row]!,
        firstNs: this.#lines.firstNs[row]!,
        lastNs: this.#lines.lastNs[row]!,
        // Another process may have something else at the same address.
        accesses: (byLine.get(address) ?? []).filter(({ tid }) => this.threads.has(tid, pid)),
      };
    });
  }

  counts(): SampleCounts {
    const dropped: Record<string, number> = {};
    let droppedCount = 0;
    this.#dropped.forEach((count, reason) => {
      if (count > 0) dropped[DROP_REASON_NAMES[reason]!] = count;
      droppedCount += count;
    });
    return {
      taken: this.#attributed + droppedCount,
      attributed: this.#attributed,
      dropped,
      evicted: this.#accesses.evictedSamples,
      evictedLines: this.#lines.evicted,
    };
  }
}

const WORD = 2 ** 32;
