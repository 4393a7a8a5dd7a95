/** One declaration per function of `native/include/hftmon/samples.h`. */
import { ffi } from './ffi.js';

/** Opaque `hftmon_samples *`. */
export type SamplesHandle = unknown;

/** `struct hftmon_sample_event`. */
export interface NativeSampleEvent {
  type: number;
  flags: number;
  config: bigint;
  config1: bigint;
  config2: bigint;
  period: number;
  leader: bigint;
  precise_ip: number;
  reserved: 0;
}

/** `struct hftmon_samples_options` without `sz`. */
export interface NativeSamplesOptions {
  slots: number;
  ring_pages: number;
  poll_ns: number;
  epoch_ns: bigint;
  events: readonly NativeSampleEvent[];
  event_count: number;
  affinity_count: number;
  affinity: Uint32Array | null;
}

/** Functions that can fail return 0 or more, or a negative errno. */
export interface SamplesLibrary {
  attempt(event: NativeSampleEvent): number;
  open(options: NativeSamplesOptions, out: SamplesHandle[]): number;
  memory(samples: SamplesHandle, address: BigUint64Array, bytes: BigUint64Array): number;
  follow(samples: SamplesHandle, tid: number): number;
  unfollow(samples: SamplesHandle, tid: number): number;
  flush(samples: SamplesHandle): number;
  stop(samples: SamplesHandle): number;
  close(samples: SamplesHandle): void;
  view(address: bigint, bytes: number): ArrayBuffer;
}

let loaded: SamplesLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function samplesLibrary(): SamplesLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): SamplesLibrary {
  const { declare, types, view } = ffi();
  const samples = types.pointer(types.opaque());
  const words = types.pointer('uint64_t');
  const event = types.struct({
    type: 'uint32_t',
    flags: 'uint32_t',
    config: 'uint64_t',
    config1: 'uint64_t',
    config2: 'uint64_t',
    period: 'uint64_t',
    leader: 'uint64_t',
    precise_ip: 'uint32_t',
    reserved: 'uint32_t',
  });
  const options = types.struct({
    sz: 'size_t',
    slots: 'uint32_t',
    ring_pages: 'uint32_t',
    poll_ns: 'uint64_t',
    epoch_ns: 'uint64_t',
    events: types.pointer(event),
    event_count: 'uint32_t',
    affinity_count: 'uint32_t',
    affinity: types.pointer('uint32_t'),
  });
  const sz = types.sizeof(options);
  const open = declare<(options: object, out: SamplesHandle[]) => number>('samples__open', 'int', [
    types.pointer(options),
    types.out(types.pointer(samples)),
  ]);
  return {
    attempt: declare('samples__try', 'int', [types.pointer(event)]),
    open: (values, out) => open({ sz, ...values }, out),
    memory: declare('samples__memory', 'int', [samples, words, words]),
    follow: declare('samples__follow', 'int', [samples, 'uint32_t']),
    unfollow: declare('samples__unfollow', 'int', [samples, 'uint32_t']),
    flush: declare('samples__flush', 'int', [samples]),
    stop: declare('samples__stop', 'int', [samples]),
    close: declare('samples__close', 'void', [samples]),
    view,
  };
}
