/** One declaration per function of `native/include/hftmon/memory.h`. */
import { ffi } from './ffi.js';

/** Both return a count, or a negative errno. */
export interface MemoryLibrary {
  read(
    pid: number,
    addresses: Float64Array,
    lengths: Uint32Array,
    results: Int32Array,
    count: number,
    buffer: Uint8Array,
    bufferBytes: number,
  ): number;
  nodes(pid: number, addresses: Float64Array, nodes: Int32Array, count: number): number;
}

let loaded: MemoryLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function memoryLibrary(): MemoryLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): MemoryLibrary {
  const { declare, types } = ffi();
  const doubles = types.pointer('double');
  const words = types.pointer('uint32_t');
  const numbers = types.pointer('int32_t');
  const bytes = types.pointer('uint8_t');
  return {
    read: declare('memory__read', 'int', [
      'uint32_t',
      doubles,
      words,
      numbers,
      'uint32_t',
      bytes,
      'uint64_t',
    ]),
    nodes: declare('memory__nodes', 'int', ['uint32_t', doubles, numbers, 'uint32_t']),
  };
}
