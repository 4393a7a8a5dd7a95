import { createError } from '@hftmon/core';
import { markerWriterLibrary, type MarkerWriterLibrary } from '@hftmon/perf-native';
import { validateName, validateOptions, type MarkerOptions } from './marker-options.js';

let isOpen = false;

/**
 * Makes the memory that this process writes its marks to, with sizes other than the default; call
 * it before the first {@link Marker}. Without it the first marker does it.
 * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
 * @throws MonitorError `HFTMON_E_MARKER_INIT`; also when it was made before with other sizes
 */
export function initMarkers(options: MarkerOptions = {}): void {
  validateOptions(options);
  const library = markerWriterLibrary();
  const result = library.open(options.threads ?? 0, options.marks ?? 0);
  if (result < 0) {
    throw createError('HFTMON_E_MARKER_INIT', { detail: library.lastError(), errno: -result });
  }
  isOpen = true;
}

/**
 * Work of one name that this process does, with its beginnings and ends. A mark allocates nothing,
 * and costs the call through the FFI beside what `hftmon_marker.h` takes. Every thread
 * (worker) matches its own beginnings and ends, so spans must not be held open across an `await`
 * in which others of the same name begin: give each an id.
 */
export class Marker {
  readonly name: string;
  readonly #id: number;
  readonly #library: MarkerWriterLibrary;

  /**
   * @param name - 1 to 63 bytes; the same name gives the same spans
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   * @throws MonitorError `HFTMON_E_MARKER_INIT`
   * @throws HardwareNotSupportedError `HFTMON_E_NATIVE_MISSING`, `HFTMON_E_NATIVE_ABI`
   */
  constructor(name: string) {
    validateName(name);
    if (!isOpen) initMarkers();
    this.name = name;
    this.#library = markerWriterLibrary();
    this.#library.prepare();
    this.#id = this.#library.name(name);
  }

  /**
   * The work begins, on this thread.
   * @param id - of the application: a whole number up to 2^53, 0 for none
   */
  begin(id = 0): void {
    this.#library.begin(this.#id, id);
  }

  /**
   * It ends: the innermost open span of this name on this thread and, if `id` is not 0, of that id.
   * @param value - to be told with it: a quantity, a price, a count of bytes
   */
  end(id = 0, value = 0): void {
    this.#library.end(this.#id, id, value);
  }

  /** Something happened. */
  instant(id = 0, value = 0): void {
    this.#library.instant(this.#id, id, value);
  }

  /** Marks the call of a function as a span, also when it throws. */
  measure<Result>(work: () => Result, id = 0): Result {
    this.begin(id);
    try {
      return work();
    } finally {
      this.end(id);
    }
  }
}
