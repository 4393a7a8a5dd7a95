import { BroadcastCursor, LogLinearHistogram, durationAt, wordOfRecord } from '@hftmon/core';
import { readerWord } from './native-writer.mjs';

/** A reader of the ring that updates a histogram with every record, as collectors do. */
export class Consumer {
  histogram = new LogLinearHistogram();
  seen = 0;
  #cursor;
  #header;
  #word;

  constructor(ring, reader) {
    this.#cursor = new BroadcastCursor(ring, { from: 'oldest' });
    this.#header = new Int32Array(ring.buffer, ring.byteOffset, 1024);
    this.#word = readerWord(reader);
  }

  get lost() {
    return this.#cursor.lost;
  }

  /** Reads until it has seen so many records since it was made. */
  readUntil(count) {
    const cursor = this.#cursor;
    while (this.seen + cursor.lost < count) {
      const taken = cursor.poll();
      if (taken === 0) continue;
      this.#record(cursor.batch, taken);
      this.seen += taken;
      Atomics.store(this.#header, this.#word, cursor.position | 0);
    }
  }

  #record({ f64 }, count) {
    for (let i = 0; i < count; i++) this.histogram.record(durationAt(f64, wordOfRecord(i)));
  }
}
