import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createError } from '@hftmon/core';

/**
 * Path of the native library for this machine. It ships in the package, one file per
 * architecture, so that neither a compiler nor an install script is needed.
 * @throws HardwareNotSupportedError `HFTMON_E_NATIVE_MISSING`
 */
export function libraryPath(arch: string = process.arch): string {
  const platform = `${process.platform}-${arch}`;
  // Two folders up, from src/native as from dist/native.
  const path = fileURLToPath(new URL(`../../prebuilt/${platform}/libhftmon.so`, import.meta.url));
  if (!existsSync(path)) throw createError('HFTMON_E_NATIVE_MISSING', { path, platform });
  return path;
}
