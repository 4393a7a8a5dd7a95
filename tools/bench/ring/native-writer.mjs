import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';

const directory = fileURLToPath(
  new URL('../../../packages/perf-native/native/bench/', import.meta.url),
);

/** Index of the word of the ring's header page in which a reader publishes its position. */
export const readerWord = (reader) => (1024 + 128 * reader) / 4;

/** Builds the native writer; does nothing when it is up to date. */
export function buildNativeWriter() {
  execFileSync('make', ['-s', '-C', directory], { stdio: 'inherit' });
}

const load = () => koffi.load(`${directory}.output/libhftmon-bench.so`);

/**
 * A native thread that fills a ring of its own and waits whenever a reader would lose a record.
 * `close` joins the thread; it must be called before the process ends.
 */
export class NativeWriter {
  #functions;
  #handle;
  address;
  bytes;

  constructor(capacity, readers) {
    const library = load();
    this.#functions = {
      open: library.func('int hftmon_bench__open(uint32_t, uint32_t, _Out_ void **)'),
      memory: library.func('void hftmon_bench__memory(void *, _Out_ uint64_t *, _Out_ uint64_t *)'),
      start: library.func('int hftmon_bench__start(void *, uint64_t, uint32_t)'),
      join: library.func('double hftmon_bench__join(void *)'),
      close: library.func('void hftmon_bench__close(void *)'),
      lastError: library.func('const char *hftmon_last_error()'),
    };
    const out = [null];
    this.#check(this.#functions.open(capacity, readers, out));
    this.#handle = out[0];
    const address = [0];
    const bytes = [0];
    this.#functions.memory(this.#handle, address, bytes);
    this.address = BigInt(address[0]);
    this.bytes = Number(bytes[0]);
    process.once('exit', () => this.close());
  }

  start(count, cpu) {
    this.#check(this.#functions.start(this.#handle, count, cpu));
  }

  /** Waits for the thread. @returns the sum of all durations that it wrote */
  join() {
    return this.#functions.join(this.#handle);
  }

  close() {
    if (this.#handle === undefined) return;
    this.#functions.close(this.#handle);
    this.#handle = undefined;
  }

  #check(result) {
    if (result < 0) throw new Error(this.#functions.lastError());
  }
}

/** The ring at an address, in any thread of the process. */
export function viewRing(address, bytes, capacity) {
  return { buffer: koffi.view(address, bytes), byteOffset: 0, capacity };
}
