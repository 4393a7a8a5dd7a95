/** One declaration per function of `native/include/hftmon/counters.h`. */
import { ffi } from './ffi.js';

/** Opaque `hftmon_counters *`. */
export type CountersHandle = unknown;

/** `struct hftmon_counter_event`. */
export interface NativeCounterEvent {
  type: number;
  group: number;
  config: number;
  config1: number;
}

/** `struct hftmon_counters_options` without `sz`. */
export interface NativeCountersOptions {
  events: readonly NativeCounterEvent[];
  event_count: number;
  max_threads: number;
  records: number;
  exclude_kernel: number;
  on_core: number;
  interval_ns: number;
  epoch_ns: bigint;
  affinity: Uint32Array | null;
  affinity_count: number;
}

/** Functions that can fail return 0 or more, or a negative errno. */
export interface CountersLibrary {
  open(options: NativeCountersOptions, out: CountersHandle[]): number;
  start(counters: CountersHandle): number;
  stop(counters: CountersHandle): number;
  close(counters: CountersHandle): void;
  memory(
    counters: CountersHandle,
    which: number,
    address: BigUint64Array,
    bytes: BigUint64Array,
  ): number;
  follow(counters: CountersHandle, tid: number): number;
  unfollow(counters: CountersHandle, slot: number): number;
  flush(counters: CountersHandle): number;
  attempt(
    events: readonly NativeCounterEvent[],
    count: number,
    excludeKernel: number,
    cpus: Uint32Array | null,
    cpuCount: number,
  ): number;
  view(address: bigint, bytes: number): ArrayBuffer;
}

let loaded: CountersLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function countersLibrary(): CountersLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): CountersLibrary {
  const { declare, types, view } = ffi();
  const counters = types.pointer(types.opaque());
  const words = types.pointer('uint64_t');
  const event = types.struct({
    type: 'uint32_t',
    group: 'uint32_t',
    config: 'uint64_t',
    config1: 'uint64_t',
  });
  const options = types.struct({
    sz: 'size_t',
    events: types.pointer(event),
    event_count: 'uint32_t',
    max_threads: 'uint32_t',
    records: 'uint32_t',
    exclude_kernel: 'uint32_t',
    on_core: 'uint32_t',
    interval_ns: 'uint64_t',
    epoch_ns: 'uint64_t',
    affinity: types.pointer('uint32_t'),
    affinity_count: 'uint32_t',
  });
  const sz = types.sizeof(options);
  const open = declare<(options: object, out: CountersHandle[]) => number>(
    'counters__open',
    'int',
    [types.pointer(options), types.out(types.pointer(counters))],
  );
  return {
    open: (values, out) => open({ sz, ...values }, out),
    start: declare('counters__start', 'int', [counters]),
    stop: declare('counters__stop', 'int', [counters]),
    close: declare('counters__close', 'void', [counters]),
    memory: declare('counters__memory', 'int', [counters, 'uint32_t', words, words]),
    follow: declare('counters__follow', 'int', [counters, 'uint32_t']),
    unfollow: declare('counters__unfollow', 'int', [counters, 'uint32_t']),
    flush: declare('counters__flush', 'int', [counters]),
    attempt: declare('counters__try', 'int', [
      types.pointer(event),
      'uint32_t',
      'uint32_t',
      types.pointer('uint32_t'),
      'uint32_t',
    ]),
    view,
  };
}
