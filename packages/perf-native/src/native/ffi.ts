/** The one module that speaks to the FFI library; see docs/adr/0001-ffi-koffi.md. */
import koffi, { type KoffiFunc, type TypeObject } from 'koffi';
import { createError } from '@hftmon/core';
import { libraryPath } from './library-path.js';

/** Interface version that the declarations describe; the library must have the same. */
export const ABI_VERSION = 1;

/** A C name, or a type made by {@link Ffi.types}. */
export type NativeType = string | TypeObject | ReturnType<typeof koffi.out>;

/** The native library, ready for declarations of its functions. */
export interface Ffi {
  readonly path: string;
  /** Declares `hftmon_<name>`. Calls of what it returns cost some 20 ns plus the function. */
  readonly declare: <Call extends (...args: never[]) => unknown>(
    name: string,
    result: NativeType,
    args: readonly NativeType[],
  ) => Call;
  readonly types: Pick<typeof koffi, 'pointer' | 'opaque' | 'struct' | 'out' | 'sizeof'>;
  /** Views native memory; the ArrayBuffer must not be used after the memory is unmapped. */
  readonly view: (address: bigint, bytes: number) => ArrayBuffer;
}

let loaded: Ffi | undefined;

/**
 * The library, loaded once per thread.
 * @throws HardwareNotSupportedError `HFTMON_E_NATIVE_MISSING`, `HFTMON_E_NATIVE_ABI`
 */
export function ffi(): Ffi {
  loaded ??= load(libraryPath());
  return loaded;
}

function load(path: string): Ffi {
  const library = koffi.load(path);
  const found = library.func('uint32_t hftmon_abi_version()')() as number;
  if (found !== ABI_VERSION) {
    throw createError('HFTMON_E_NATIVE_ABI', { path, found, expected: ABI_VERSION });
  }
  return {
    path,
    declare: <Call extends (...args: never[]) => unknown>(
      name: string,
      result: NativeType,
      args: readonly NativeType[],
    ) => library.func(`hftmon_${name}`, result, [...args]) as KoffiFunc<Call>,
    types: koffi,
    view: (address, bytes) => koffi.view(address, bytes),
  };
}
