/** One declaration per function of `native/include/hftmon/markers.h`. */
import type { MarkersHandle } from './bindings.js';
import { ffi, type NativeType } from './ffi.js';

/** Those that can fail return 0 or more, or a negative errno. */
export interface MarkersLibrary {
  find(
    markers: MarkersHandle,
    procRoot: string,
    pid: number,
    fds: Uint32Array,
    inodes: BigUint64Array,
    most: number,
  ): number;
  /** @param sinceNs - CLOCK_MONOTONIC */
  open(markers: MarkersHandle, procRoot: string, pid: number, fd: number, sinceNs: bigint): number;
  close(markers: MarkersHandle, index: number): number;
  name(markers: MarkersHandle, index: number, id: number, out: Uint8Array): number;
}

let handleType: NativeType | undefined;
let loaded: MarkersLibrary | undefined;

/** `hftmon_markers *`, the same type wherever it is declared. */
export function markersType(): NativeType {
  const { types } = ffi();
  return (handleType ??= types.pointer(types.opaque()));
}

/** The functions, declared once per thread. @throws as `ffi` does */
export function markersLibrary(): MarkersLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): MarkersLibrary {
  const { declare, types } = ffi();
  const markers = markersType();
  const numbers = types.pointer('uint32_t');
  const inodes = types.pointer('uint64_t');
  const bytes = types.pointer('uint8_t');
  return {
    find: declare('markers__find', 'int', [
      markers,
      'str',
      'uint32_t',
      numbers,
      inodes,
      'uint32_t',
    ]),
    open: declare('markers__open', 'int', [markers, 'str', 'uint32_t', 'uint32_t', 'uint64_t']),
    close: declare('markers__close', 'int', [markers, 'uint32_t']),
    name: declare('markers__name', 'int', [markers, 'uint32_t', 'uint32_t', bytes]),
  };
}
