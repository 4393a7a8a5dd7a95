/** One declaration per function of `native/include/hftmon/file_lock.h`. */
import { ffi } from './ffi.js';

/** @returns 0, or a negative errno; -11 (EWOULDBLOCK) when another open file has the lock */
export type TakeFileLock = (fd: number) => number;

let declared: TakeFileLock | undefined;

/**
 * The function, declared once per thread.
 * @throws HardwareNotSupportedError `HFTMON_E_NATIVE_MISSING`, `HFTMON_E_NATIVE_ABI`
 */
export function takeFileLock(): TakeFileLock {
  declared ??= ffi().declare<TakeFileLock>('file_lock__take', 'int', ['int']);
  return declared;
}
