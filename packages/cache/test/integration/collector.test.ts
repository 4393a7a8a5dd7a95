import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  listBpfFds,
  needs,
  sharingPlace,
  skipUnless,
  spawnChurn,
  spawnSharing,
} from '@hftmon/testkit';
import { CACHE_FIELD_NAMES } from '../../src/counting/cache-field.js';
import type { CacheMetrics } from '../../src/index.js';
import { LIMIT_S } from '../support/line-sharing.js';
import { Monitor } from '../support/monitor.js';

const SAMPLING = { addressSampling: { periodUs: 2000 } };

function hasLine({ falseSharing }: CacheMetrics): boolean {
  return falseSharing.lines.length > 0;
}

/** `cpu` is the PMU of x86 without hybrid cores; those of others have other names. */
function hasPmu(): boolean {
  const devices = '/sys/bus/event_source/devices';
  return ['cpu', 'cpu_core', 'armv8_pmuv3_0'].some((name) => existsSync(`${devices}/${name}`));
}

describe('the collector in a session', () => {
  it('answers with shared lines, and metrics as it declared them', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnSharing({ layout: 'false', limitS: LIMIT_S });
    using monitor = new Monitor([target.pid], SAMPLING);
    target.begin();
    await target.running();
    const metrics = await monitor.until(hasLine);
    expect(metrics.sources.falseSharingEvents).toMatchObject({ ok: true });
    expect(metrics.falseSharingEvents).toBe(metrics.falseSharing.lines[0]?.samples);
    expect(monitor.collector.metrics()).toMatchObject({
      false_sharing_lines: 1,
      true_sharing_lines: 0,
    });
    expect(monitor.collector.snapshot({ pid: 1 }).falseSharing.lines).toEqual([]);
    const [{ tid } = { tid: 0 }] = sharingPlace(target).threads;
    expect(monitor.collector.snapshot({ tid }).falseSharing.lines).toHaveLength(1);
    expect(monitor.errors).toEqual([]);
  });

  it('says of every count why it is missing where there is no PMU', async (context) => {
    context.skip(hasPmu(), 'this host has a PMU');
    await using target = await spawnSharing({ layout: 'padded' });
    using monitor = new Monitor([target.pid], { addressSampling: false });
    const metrics = monitor.collector.snapshot();
    for (const field of CACHE_FIELD_NAMES) {
      expect(metrics).not.toHaveProperty(field);
      expect(metrics.sources[field]).toMatchObject({ ok: false, remedy: expect.any(String) });
    }
    expect(metrics).not.toHaveProperty('cacheLineBounces');
    expect(metrics).not.toHaveProperty('l1HitRate');
    expect(metrics).not.toHaveProperty('percentiles');
    const text = JSON.parse(JSON.stringify(metrics)) as CacheMetrics;
    expect(text).not.toHaveProperty('l1Misses');
    expect(text.sources.l1Misses).toEqual(metrics.sources.l1Misses);
    expect(monitor.collector.metrics()).toEqual({});
    const support = monitor.collector.metricSupport();
    expect([...support.values()].some(({ ok }) => ok)).toBe(false);
  });

  it('loads no BPF program', () => {
    const before = listBpfFds(process.pid);
    using monitor = new Monitor([], SAMPLING);
    expect(monitor.collector.snapshot().falseSharing.source).toMatchObject({ ok: true });
    expect(listBpfFds(process.pid)).toEqual(before);
  });

  it('keeps what it found when the target ends in the middle', async (context) => {
    skipUnless(context, needs.cpus(2));
    await using target = await spawnSharing({ layout: 'false', limitS: LIMIT_S });
    const place = sharingPlace(target);
    using monitor = new Monitor([target.pid], { ...SAMPLING, confirmFalseSharing: true });
    target.begin();
    await target.running();
    const before = await monitor.until(hasLine);
    const exited = new Promise((resolve) => monitor.session.on('processExit', resolve));
    await target.dispose();
    await exited;
    const after = monitor.collector.snapshot();
    expect(after.falseSharing.lines[0]).toMatchObject({
      address: place.line,
      location: { name: 'shared_line' },
      verdict: 'false',
    });
    const comms = after.falseSharing.lines[0]?.threads.map(({ comm }) => comm);
    expect(comms).toEqual(['sharing', 'sharing']);
    const taken = (metrics: CacheMetrics) => metrics.falseSharing.samples?.taken ?? 0;
    expect(taken(after)).toBeGreaterThanOrEqual(taken(before));
    expect(monitor.errors).toEqual([]);
    monitor.session.close();
    expect(monitor.collector.snapshot().falseSharing).toEqual(after.falseSharing);
  });

  it('follows threads that come and go', async () => {
    await using target = await spawnChurn({ threads: 13, generations: 7, switches: 23 });
    using monitor = new Monitor([target.pid], { addressSampling: { periodUs: 100 } });
    await target.go();
    const { falseSharing } = monitor.collector.snapshot();
    expect(falseSharing.gaps).toEqual([]);
    expect(monitor.errors).toEqual([]);
  });
});
