import { describe, expect, it } from 'vitest';
import { fakeEnvironment } from '@hftmon/testkit';
import { offerSampling } from '../../../src/sharing/sampling-choice.js';

const env = fakeEnvironment({ capabilities: 'all' });

describe('the choice of how to sample', () => {
  it.each([
    [10_000, 1],
    [2000, 8],
    [100, 128],
    [10, 1024],
  ])('sizes the rings by the rate: every %i us takes %i pages', (periodUs, ringPages) => {
    const { support, choice } = offerSampling(env, periodUs);
    if (!support.ok) return expect(support.reason).not.toBe('');
    expect(choice).toMatchObject({ periodUs, ringPages, hasDataSource: false });
    expect(choice?.events).toMatchObject([{ source: 'cpu-clock', period: periodUs * 1000 }]);
  });
});
