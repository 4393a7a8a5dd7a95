/** One declaration per function of `native/include/hftmon/span_probes.h`. */
import type { SpanProbesHandle } from './bindings.js';
import { ffi, type NativeType } from './ffi.js';

/** `struct hftmon_span_probe` without `sz`. */
export interface NativeSpanProbe {
  index: number;
  pid: number;
  /** Of `SpanSource`. */
  source: number;
  /** Of {@link SPAN_ROLE}. */
  role: number;
  path: string;
  offset: number;
  semaphore: number;
}

/** `enum hftmon_span_role`. */
export const SPAN_ROLE = {
  functionEntry: 0,
  functionReturn: 1,
  begin: 2,
  end: 3,
  pauseBegin: 4,
  pauseEnd: 5,
  pauseStepEntry: 6,
  pauseStepReturn: 7,
} as const;

/** Those that can fail return 0, or a negative errno. */
export interface SpanProbesLibrary {
  attach(probes: SpanProbesHandle, probe: NativeSpanProbe): number;
  detach(probes: SpanProbesHandle, index: number): number;
}

let handleType: NativeType | undefined;
let loaded: SpanProbesLibrary | undefined;

/** `hftmon_span_probes *`, the same type wherever it is declared. */
export function spanProbesType(): NativeType {
  const { types } = ffi();
  return (handleType ??= types.pointer(types.opaque()));
}

/** The functions, declared once per thread. @throws as `ffi` does */
export function spanProbesLibrary(): SpanProbesLibrary {
  loaded ??= bind();
  return loaded;
}

function bind(): SpanProbesLibrary {
  const { declare, types } = ffi();
  const probes = spanProbesType();
  const probe = types.struct({
    sz: 'size_t',
    index: 'uint32_t',
    pid: 'uint32_t',
    source: 'uint32_t',
    role: 'uint32_t',
    path: 'str',
    offset: 'uint64_t',
    semaphore: 'uint64_t',
  });
  const sz = types.sizeof(probe);
  const attach = declare<(probes: SpanProbesHandle, probe: object) => number>(
    'span_probes__attach',
    'int',
    [probes, types.pointer(probe)],
  );
  return {
    attach: (handle, values) => attach(handle, { sz, ...values }),
    detach: declare('span_probes__detach', 'int', [probes, 'uint32_t']),
  };
}
