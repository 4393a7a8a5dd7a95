import { countersLibrary } from '../native/counters-bindings.js';
import type { PmuKernel } from '../pmu/kernel.js';

/** The kernel of this host. @throws as `ffi` does */
export function nativePmuKernel(): PmuKernel {
  const library = countersLibrary();
  return {
    tryGroup: (events, excludeKernel, cpus = []) =>
      library.attempt(
        events.map(({ type, config, config1 }) => ({ type, group: 0, config, config1 })),
        events.length,
        excludeKernel ? 1 : 0,
        cpus.length > 0 ? Uint32Array.from(cpus) : null,
        cpus.length,
      ),
  };
}
