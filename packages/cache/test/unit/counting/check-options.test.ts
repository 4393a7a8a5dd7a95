import { describe, expect, it } from 'vitest';
import { CacheCounting } from '../../../src/counting/cache-counting.js';

const host = { procRoot: '/nonexistent', sysRoot: '/nonexistent', epochNs: 0n };

describe('options of the counting', () => {
  it.each([
    { counterSamples: 0 },
    { counterSamples: 1.5 },
    { counterIntervalUs: 9 },
    { counterIntervalUs: NaN },
    { maxThreads: 0 },
    { maxThreads: -1 },
  ])('%j is refused, also where nothing can be counted', (options) => {
    const counting = new CacheCounting(options);
    expect(() => counting.open(host)).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
    );
  });
});
