import { countersLibrary } from '../native/counters-bindings.js';
import type { PmuKernel } from '../pmu/kernel.js';

/**
 * The kernel of this host; `undefined` when the sysfs is not its own but that of another host. The
 * native library is loaded when it is first asked, so not where there is no PMU; what it throws
 * then is that of `ffi`.
 */
export function nativePmuKernel(sysRoot = '/sys'): PmuKernel | undefined {
  if (sysRoot !== '/sys') return undefined;
  return {
    tryGroup: (events, excludeKernel, cpus = []) =>
      countersLibrary().attempt(
        events.map(({ type, config, config1 }) => ({ type, group: 0, config, config1 })),
        events.length,
        excludeKernel ? 1 : 0,
        cpus.length > 0 ? Uint32Array.from(cpus) : null,
        cpus.length,
      ),
  };
}
