/** One declaration per function of `native/include/hftmon/marker_writer.h`. */
import { ffi } from './ffi.js';

/** Marks of this process; those that can fail return 0, or a negative errno. */
export interface MarkerWriterLibrary {
  open(threads: number, marks: number): number;
  prepare(): number;
  name(text: string): number;
  begin(name: number, id: number): void;
  end(name: number, id: number, value: number): void;
  instant(name: number, id: number, value: number): void;
  lastError(): string;
}

let loaded: MarkerWriterLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function markerWriterLibrary(): MarkerWriterLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): MarkerWriterLibrary {
  const { declare } = ffi();
  return {
    open: declare('marker_writer__open', 'int', ['uint32_t', 'uint32_t']),
    prepare: declare('marker_writer__prepare', 'int', []),
    name: declare('marker_writer__name', 'uint32_t', ['str']),
    begin: declare('marker_writer__begin', 'void', ['uint32_t', 'double']),
    end: declare('marker_writer__end', 'void', ['uint32_t', 'double', 'double']),
    instant: declare('marker_writer__instant', 'void', ['uint32_t', 'double', 'double']),
    lastError: declare('last_error', 'str', []),
  };
}
