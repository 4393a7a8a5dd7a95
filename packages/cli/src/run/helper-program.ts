import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createError } from '@hftmon/core';

/** Programs that ship in the package, built for each architecture. */
export type HelperProgram = 'hftmon-demo' | 'hftmon-selftest';

/**
 * Path of a program.
 * @throws HardwareNotSupportedError when it was not built for this machine
 */
export function helperProgram(
  name: HelperProgram,
  platform = `${process.platform}-${process.arch}`,
): string {
  // From src/run as from dist/run.
  const url = new URL(`../../prebuilt/${platform}/${name}`, import.meta.url);
  const path = fileURLToPath(url);
  if (existsSync(path)) return path;
  throw createError('HFTMON_E_UNSUPPORTED', {
    feature: name.replace('-', ' '),
    reason: `its program was not built for ${platform} (${path})`,
    remedy: 'in a checkout run `npm run build`; else use hftmon spikes on a process of your own',
  });
}
