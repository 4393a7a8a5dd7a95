import { describe, expect, it } from 'vitest';
import { FakeRoots, HostedCollector, fakeEnvironment } from '@hftmon/testkit';
import { createCacheCollector, type CacheConfig } from '../../src/index.js';

const LINE_SIZE = 'sys/devices/system/cpu/cpu0/cache/index0/coherency_line_size';

function rootsOf(files: Readonly<Record<string, string>> = {}) {
  const roots = new FakeRoots();
  for (const [path, text] of Object.entries(files)) roots.write(path, text);
  return roots;
}

function environment(roots: FakeRoots) {
  const { procRoot, sysRoot } = roots;
  return fakeEnvironment({ procRoot, sysRoot, capabilities: 'all' });
}

function hosted(config: CacheConfig, roots = rootsOf()) {
  const { procRoot, sysRoot } = roots;
  const collector = createCacheCollector(config);
  const host = new HostedCollector(collector, { procRoot, sysRoot });
  host.open({});
  return { collector, close: () => host.close() };
}

describe('probe', () => {
  it('names a source or a reason for every metric', () => {
    using roots = rootsOf({ [LINE_SIZE]: '64\n' });
    const collector = createCacheCollector();
    const support = collector.probeMetrics(environment(roots));
    expect([...support.keys()]).toEqual(collector.meta.metrics.map(({ name }) => name));
    for (const answer of support.values()) {
      expect(answer.ok ? answer.source : answer.remedy).not.toBe('');
    }
  });

  it('says that a host does not tell the size of its lines', () => {
    using roots = rootsOf();
    const support = createCacheCollector().probeMetrics(environment(roots));
    expect(support.get('false_sharing_lines')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('size of a cache line'),
    });
  });

  it('takes the size of a line from cpuinfo where sysfs has none', (context) => {
    context.skip(process.arch !== 'x64', 'decodes x86-64');
    using roots = rootsOf({ 'proc/cpuinfo': 'processor\t: 0\nclflush size\t: 64\n' });
    const support = createCacheCollector().probeMetrics(environment(roots));
    expect(support.get('false_sharing_lines')).toMatchObject({ ok: true, tier: 'kernel' });
  });

  it('takes no samples when they are turned off', () => {
    using roots = rootsOf({ [LINE_SIZE]: '64\n' });
    const collector = createCacheCollector({ addressSampling: false });
    const support = collector.probeMetrics(environment(roots));
    expect(support.get('false_sharing_lines')).toMatchObject({
      ok: false,
      code: 'HFTMON_E_NOT_ENABLED',
      reason: expect.stringContaining('interrupts the target'),
    });
  });
});

describe('an answer without a source', () => {
  it('has no value and the reason, in the object as in JSON', () => {
    using roots = rootsOf();
    const { collector, close } = hosted({}, roots);
    const metrics = collector.snapshot({});
    close();
    expect(metrics).not.toHaveProperty('falseSharingEvents');
    expect(metrics.falseSharing).not.toHaveProperty('samples');
    expect(metrics.sources.falseSharingEvents).toMatchObject({ ok: false });
    const json = JSON.parse(JSON.stringify(metrics)) as Record<string, unknown>;
    expect(json).not.toHaveProperty('falseSharingEvents');
    expect(collector.metrics()).not.toHaveProperty('false_sharing_lines');
    const support = collector.metricSupport();
    expect(support.get('false_sharing_lines')).toBe(metrics.falseSharing.source);
  });

  it('is all that a collector gives that was never opened', () => {
    const collector = createCacheCollector();
    expect(collector.snapshot().sources.l1Misses).toMatchObject({
      ok: false,
      code: 'HFTMON_E_COLLECTOR_STATE',
    });
    expect(collector.metrics()).toEqual({});
    using roots = rootsOf();
    const support = collector.probeMetrics(environment(roots));
    const { sources } = collector.snapshot();
    expect(sources.falseSharingEvents).toBe(support.get('false_sharing_events'));
  });
});

describe('options', () => {
  it.each([
    [{ addressSampling: { periodUs: 5 } }, 'addressSampling.periodUs'],
    [{ addressSampling: { periodUs: Number.NaN } }, 'addressSampling.periodUs'],
    [{ confirmationHits: 0 }, 'confirmationHits'],
    [{ confirmationHits: 2.5 }, 'confirmationHits'],
    [{ confirmationHits: 401 }, 'confirmationHits'],
  ] as const)('are refused when they make no sense: %o', (config, option) => {
    using roots = rootsOf();
    expect(() => hosted(config, roots)).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID', option }),
    );
  });
});
