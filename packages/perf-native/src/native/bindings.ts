/** One declaration per function of `native/include/hftmon/hftmon.h`. */
import { ffi, type Ffi } from './ffi.js';
import { markersType } from './markers-bindings.js';
import { spanProbesType } from './span-probes-bindings.js';

/** Opaque `hftmon_session *`. */
export type SessionHandle = unknown;

/** Opaque `hftmon_markers *`; the session owns it. */
export type MarkersHandle = unknown;

/** Opaque `hftmon_span_probes *`; the session owns it. */
export type SpanProbesHandle = unknown;

/** `struct hftmon_options` without `sz`. 64-bit fields take numbers or bigints. */
export interface NativeOptions {
  history_records: number;
  input_records: number;
  kernel_records: number;
  max_threads: number;
  tid_limit: number;
  cpus: number;
  groups: number;
  busy: number;
  realtime_priority: number;
  poll_ns: number;
  epoch_ns: bigint;
  affinity: Uint32Array | null;
  affinity_count: number;
}

/** Functions of the library; those that can fail return 0 or more, or a negative errno. */
export interface NativeLibrary {
  readonly path: string;
  lastError(): string;
  monotonicNs(): bigint;
  open(options: NativeOptions, out: SessionHandle[]): number;
  start(session: SessionHandle): number;
  stop(session: SessionHandle): number;
  close(session: SessionHandle): void;
  flush(session: SessionHandle): number;
  pull(session: SessionHandle): number;
  memory(
    session: SessionHandle,
    which: number,
    address: BigUint64Array,
    bytes: BigUint64Array,
  ): number;
  follow(session: SessionHandle, tid: number, tgid: number): number;
  unfollow(session: SessionHandle, slot: number): number;
  release(session: SessionHandle, slot: number): number;
  markers(session: SessionHandle): MarkersHandle;
  spanProbes(session: SessionHandle): SpanProbesHandle;
  stack(session: SessionHandle, id: number, out: BigUint64Array, most: number): number;
  /** Views native memory; the ArrayBuffer must not be used after the memory is unmapped. */
  view(address: bigint, bytes: number): ArrayBuffer;
}

let loaded: NativeLibrary | undefined;

/**
 * The library, loaded once per thread.
 * @throws HardwareNotSupportedError `HFTMON_E_NATIVE_MISSING`, `HFTMON_E_NATIVE_ABI`
 */
export function nativeLibrary(): NativeLibrary {
  loaded ??= bind(ffi());
  return loaded;
}

function bind({ path, declare, types, view }: Ffi): NativeLibrary {
  const session = types.pointer(types.opaque());
  const options = types.struct({
    sz: 'size_t',
    history_records: 'uint32_t',
    input_records: 'uint32_t',
    kernel_records: 'uint32_t',
    max_threads: 'uint32_t',
    tid_limit: 'uint32_t',
    cpus: 'uint32_t',
    groups: 'uint32_t',
    busy: 'uint32_t',
    realtime_priority: 'uint32_t',
    poll_ns: 'uint64_t',
    epoch_ns: 'uint64_t',
    affinity: types.pointer('uint32_t'),
    affinity_count: 'uint32_t',
  });
  const sz = types.sizeof(options);
  const words = types.pointer('uint64_t');
  const open = declare<(options: object, out: SessionHandle[]) => number>('session__open', 'int', [
    types.pointer(options),
    types.out(types.pointer(session)),
  ]);
  return {
    path,
    lastError: declare('last_error', 'str', []),
    monotonicNs: bigResult(declare('clock__monotonic_ns', 'uint64_t', [])),
    open: (values, out) => open({ sz, ...values }, out),
    start: declare('session__start', 'int', [session]),
    stop: declare('session__stop', 'int', [session]),
    close: declare('session__close', 'void', [session]),
    flush: declare('session__flush', 'int', [session]),
    pull: declare('session__pull', 'int', [session]),
    memory: declare('session__memory', 'int', [session, 'uint32_t', words, words]),
    follow: declare('session__follow', 'int', [session, 'uint32_t', 'uint32_t']),
    unfollow: declare('session__unfollow', 'int', [session, 'uint32_t']),
    release: declare('session__release', 'int', [session, 'uint32_t']),
    markers: declare('session__markers', markersType(), [session]),
    spanProbes: declare('session__span_probes', spanProbesType(), [session]),
    stack: declare('session__stack', 'int', [session, 'uint32_t', words, 'uint32_t']),
    view,
  };
}

/** koffi returns 64-bit values as numbers where they fit; the clock is compared as a bigint. */
function bigResult(call: () => number | bigint): () => bigint {
  return () => BigInt(call());
}
