import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createError } from '@hftmon/core';

/**
 * Path of the demo program. It ships in the package, built for each architecture.
 * @throws HardwareNotSupportedError when it was not built for this one
 */
export function demoBinary(platform = `${process.platform}-${process.arch}`): string {
  // From src/verbs/demo as from dist/verbs/demo.
  const url = new URL(`../../../prebuilt/${platform}/hftmon-demo`, import.meta.url);
  const path = fileURLToPath(url);
  if (existsSync(path)) return path;
  throw createError('HFTMON_E_UNSUPPORTED', {
    feature: 'hftmon demo',
    reason: `its program was not built for ${platform} (${path})`,
    remedy: 'in a checkout run `npm run build`; else use hftmon spikes on a process of your own',
  });
}
