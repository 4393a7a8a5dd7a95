/** One declaration per function of `native/include/hftmon/system_counter.h`. */
import { ffi } from './ffi.js';

/** Opaque `hftmon_system_counter *`. */
export type SystemCounterHandle = unknown;

/** Functions that can fail return 0, or a negative errno. */
export interface SystemCounterLibrary {
  open(
    type: number,
    config: bigint,
    config1: bigint,
    config2: bigint,
    cpu: number,
    out: SystemCounterHandle[],
  ): number;
  /** Value, ns enabled, ns running. */
  read(counter: SystemCounterHandle, out: Float64Array): number;
  close(counter: SystemCounterHandle): void;
}

let loaded: SystemCounterLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function systemCounterLibrary(): SystemCounterLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): SystemCounterLibrary {
  const { declare, types } = ffi();
  const counter = types.pointer(types.opaque());
  return {
    open: declare('system_counter__open', 'int', [
      'uint32_t',
      'uint64_t',
      'uint64_t',
      'uint64_t',
      'uint32_t',
      types.out(types.pointer(counter)),
    ]),
    read: declare('system_counter__read', 'int', [counter, types.pointer('double')]),
    close: declare('system_counter__close', 'void', [counter]),
  };
}
