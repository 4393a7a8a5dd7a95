/** One declaration per function of `native/include/hftmon/noise.h`. */
import { ffi } from './ffi.js';
import { pollerStruct, type NativePollerOptions, type PollerLibrary } from './poller-bindings.js';

/** Opaque `hftmon_noise *`. */
export type NoiseHandle = unknown;

/** `struct hftmon_noise_options` without `sz`. */
export interface NativeNoiseOptions {
  poller: NativePollerOptions;
  threshold_ns: number;
  gap_records: number;
  reserved: number;
}

export interface NoiseLibrary extends PollerLibrary {
  open(options: NativeNoiseOptions, out: NoiseHandle[]): number;
}

let loaded: NoiseLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function noiseLibrary(): NoiseLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): NoiseLibrary {
  const library = ffi();
  const { declare, types, view } = library;
  const noise = types.pointer(types.opaque());
  const words = types.pointer('uint64_t');
  const options = types.struct({
    sz: 'size_t',
    poller: pollerStruct(library),
    threshold_ns: 'uint64_t',
    gap_records: 'uint32_t',
    reserved: 'uint32_t',
  });
  const sz = types.sizeof(options);
  const open = declare<(options: object, out: NoiseHandle[]) => number>('noise__open', 'int', [
    types.pointer(options),
    types.out(types.pointer(noise)),
  ]);
  return {
    open: (values, out) => open({ sz, ...values }, out),
    start: declare('noise__start', 'int', [noise]),
    stop: declare('noise__stop', 'int', [noise]),
    close: declare('noise__close', 'void', [noise]),
    memory: declare('noise__memory', 'int', [noise, 'uint32_t', words, words]),
    view,
  };
}
