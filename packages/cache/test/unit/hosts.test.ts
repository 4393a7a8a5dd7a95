import { describe, expect, it } from 'vitest';
import { HOST_NAMES, fakeEnvironment, loadHost } from '@hftmon/testkit';
import { createCacheCollector } from '../../src/index.js';

describe('other hosts', () => {
  it.each(HOST_NAMES)('%s: every metric has a source or a reason', (name) => {
    using roots = loadHost(name);
    const { procRoot, sysRoot } = roots;
    const env = fakeEnvironment({ procRoot, sysRoot, capabilities: 'all' });
    const collector = createCacheCollector({ confirmFalseSharing: true });
    const support = collector.probeMetrics(env);
    expect([...support.keys()]).toEqual(collector.meta.metrics.map((metric) => metric.name));
    for (const answer of support.values()) {
      expect(answer).toMatchObject(
        answer.ok
          ? { source: expect.stringMatching(/\S/) }
          : { reason: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) },
      );
    }
    // What is tried is the kernel of this host, so which it is depends on both.
    expect(collector.probe(env).ok).toBe([...support.values()].some(({ ok }) => ok));
  });
});
