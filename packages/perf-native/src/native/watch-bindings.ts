/** One declaration per function of `native/include/hftmon/watch.h`. */
import { ffi } from './ffi.js';

/** Opaque `hftmon_watch *`. */
export type WatchHandle = unknown;

/** Functions that can fail return 0 or more, or a negative errno. */
export interface WatchLibrary {
  open(
    tid: number,
    address: number,
    length: number,
    access: number,
    epochNs: bigint,
    out: WatchHandle[],
  ): number;
  arm(watch: WatchHandle, hits: number): number;
  disarm(watch: WatchHandle): number;
  count(watch: WatchHandle, out: Float64Array): number;
  /** `out` is memory of `struct hftmon_watch_hit[most]`. */
  hits(watch: WatchHandle, out: Uint8Array, most: number): number;
  move(watch: WatchHandle, address: number, length: number, access: number): number;
  lost(watch: WatchHandle): number;
  close(watch: WatchHandle): void;
}

let loaded: WatchLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function watchLibrary(): WatchLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): WatchLibrary {
  const { declare, types } = ffi();
  const watch = types.pointer(types.opaque());
  const place = ['double', 'uint32_t', 'uint32_t'] as const;
  return {
    open: declare('watch__open', 'int', [
      'uint32_t',
      ...place,
      'uint64_t',
      types.out(types.pointer(watch)),
    ]),
    arm: declare('watch__arm', 'int', [watch, 'uint32_t']),
    disarm: declare('watch__disarm', 'int', [watch]),
    count: declare('watch__count', 'int', [watch, types.pointer('double')]),
    hits: declare('watch__hits', 'int', [watch, types.pointer('uint8_t'), 'uint32_t']),
    move: declare('watch__move', 'int', [watch, ...place]),
    lost: declare('watch__lost', 'double', [watch]),
    close: declare('watch__close', 'void', [watch]),
  };
}
