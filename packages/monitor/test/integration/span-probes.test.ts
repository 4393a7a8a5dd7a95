import { beforeEach, describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnProbed } from '@hftmon/testkit';
import { HFTResourceMonitor } from '../../src/index.js';

const work = { name: 'work', binary: 'probed', function: 'probed_work' };

beforeEach((context) => skipUnless(context, needs.root, needs.bpf));

describe('a span probe', () => {
  it.each(['before the start', 'while monitoring is active'])('is added %s', async (when) => {
    await using target = await spawnProbed({ calls: 101 });
    using monitor = new HFTResourceMonitor();
    monitor.configure({ spanProbes: [] }).attachProcess(target.pid);
    if (when === 'before the start') monitor.addSpanProbe(work);
    monitor.startMonitoring();
    if (when !== 'before the start') monitor.addSpanProbe(work);
    await target.go();
    monitor.stopMonitoring();
    expect(monitor.getSpans()).toMatchObject({
      spans: [{ name: 'work', source: 'uprobe', count: 101, errors: 0, open: 0 }],
      probes: [{ name: 'work', pid: target.pid }],
    });
    expect(monitor.configuration.spanProbes).toEqual([work]);
  });

  it('is refused, and not kept, when it can not be added', async () => {
    await using target = await spawnProbed();
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    expect(() => monitor.addSpanProbe(work)).toThrow(/a list, which may be empty/);
    monitor.stopMonitoring();
    monitor.configure({ spanProbes: [] }).startMonitoring();
    expect(() => monitor.addSpanProbe({ ...work, function: 'nothing' })).toThrow(/not found/);
    expect(monitor.configuration.spanProbes).toEqual([]);
  });
});
