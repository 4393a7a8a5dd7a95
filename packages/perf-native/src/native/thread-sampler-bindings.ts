/** One declaration per function of `native/include/hftmon/thread_states.h`. */
import type { SessionHandle } from './bindings.js';
import { ffi } from './ffi.js';
import { pollerStruct, type NativePollerOptions, type PollerLibrary } from './poller-bindings.js';

/** Opaque `hftmon_thread_sampler *`. */
export type ThreadSamplerHandle = unknown;

/** `struct hftmon_thread_sampler_options` without `sz`. */
export interface NativeThreadSamplerOptions {
  poller: NativePollerOptions;
  tids: Uint32Array;
  count: number;
  reserved: number;
}

export interface ThreadSamplerLibrary extends PollerLibrary {
  open(
    session: SessionHandle,
    options: NativeThreadSamplerOptions,
    out: ThreadSamplerHandle[],
  ): number;
}

let loaded: ThreadSamplerLibrary | undefined;

/** The functions, declared once per thread. @throws as `ffi` does */
export function threadSamplerLibrary(): ThreadSamplerLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): ThreadSamplerLibrary {
  const library = ffi();
  const { declare, types, view } = library;
  const session = types.pointer(types.opaque());
  const sampler = types.pointer(types.opaque());
  const words = types.pointer('uint64_t');
  const options = types.struct({
    sz: 'size_t',
    poller: pollerStruct(library),
    tids: types.pointer('uint32_t'),
    count: 'uint32_t',
    reserved: 'uint32_t',
  });
  const sz = types.sizeof(options);
  const open = declare<
    (session: SessionHandle, options: object, out: ThreadSamplerHandle[]) => number
  >('thread_sampler__open', 'int', [
    session,
    types.pointer(options),
    types.out(types.pointer(sampler)),
  ]);
  return {
    open: (of, values, out) => open(of, { sz, ...values }, out),
    start: declare('thread_sampler__start', 'int', [sampler]),
    stop: declare('thread_sampler__stop', 'int', [sampler]),
    close: declare('thread_sampler__close', 'void', [sampler]),
    memory: declare('thread_sampler__memory', 'int', [sampler, 'uint32_t', words, words]),
    view,
  };
}
