import type { SessionClock } from '../clock/session-clock.js';
import { writeF64, writeHeader } from '../record/fields.js';
import { PAYLOAD_WORD } from '../record/record-descriptor.js';
import { RecordKind } from '../record/record-kind.js';
import type { RecordWriter } from '../ring/record-writer.js';

/** Application events written into the stream, and the names they were given. */
export class Marks {
  readonly #clock: SessionClock;
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];

  constructor(clock: SessionClock) {
    this.#clock = clock;
  }

  /** Id of a name, the same for the whole session. */
  intern(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#names.push(name) - 1;
      this.#ids.set(name, id);
    }
    return id;
  }

  /** Name of an id; `undefined` when there is none. */
  nameOf(nameId: number): string | undefined {
    return this.#names[nameId];
  }

  /**
   * Writes an event, now.
   * @param id - a non-negative integer up to 2^53
   * @returns false when the stream had no room (the writer counts it)
   */
  write(writer: RecordWriter, nameId: number, id: number, value: number): boolean {
    const base = writer.claim();
    if (base < 0) return false;
    const { u32, f64 } = writer;
    writeHeader(u32, f64, base, RecordKind.Mark, 0, process.pid, this.#clock.nowNs(), 0);
    const words = base + PAYLOAD_WORD;
    u32[words] = nameId;
    u32[words + 1] = id % 4294967296;
    u32[words + 2] = Math.floor(id / 4294967296);
    writeF64(u32, words + 3, value);
    writer.commit();
    return true;
  }
}
