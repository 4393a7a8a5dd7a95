import { describe, expect, it } from 'vitest';
import { validateCollector, type Support } from '@hftmon/core';
import { FakeRoots, HOST_NAMES, fakeEnvironment, loadHost, type HostName } from '@hftmon/testkit';
import { createNumaCollector, numaMeta, type NumaConfig } from '../../src/index.js';

const collector = createNumaCollector();

function on(
  name: HostName,
  capabilities: readonly string[] = ['CAP_SYS_PTRACE', 'CAP_PERFMON'],
  options: NumaConfig = {},
) {
  const collector = createNumaCollector(options);
  using host = loadHost(name);
  const env = fakeEnvironment({ procRoot: host.procRoot, sysRoot: host.sysRoot, capabilities });
  return { support: collector.probe(env), metrics: collector.probeMetrics(env) };
}

describe('probe', () => {
  it('has valid metadata', () => {
    expect(() => validateCollector(collector)).not.toThrow();
  });

  it('works with /proc and /sys on every described host', () => {
    for (const name of HOST_NAMES) {
      expect(on(name).support, name).toMatchObject({ ok: true, tier: 'procfs' });
    }
  });

  it('says what a host with one node, or no right to look, leaves out', () => {
    const degraded = (support: Support) => (support.ok ? (support.degraded ?? '') : 'none');
    expect(degraded(on('icelake-2s').support)).toBe('');
    expect(degraded(on('vm-no-pmu').support)).toContain('one memory node');
    expect(degraded(on('icelake-2s', []).support)).toContain('CAP_SYS_PTRACE');
  });

  it('is unsupported without NUMA, and when the files make no sense', () => {
    using roots = new FakeRoots();
    expect(collector.probe(fakeEnvironment(roots))).toMatchObject({ ok: false });
    roots.write('sys/devices/system/node/node0/cpulist', 'rubbish\n');
    expect(collector.probe(fakeEnvironment(roots))).toMatchObject({ ok: false });
    expect(collector.probeMetrics(fakeEnvironment(roots)).size).toBe(0);
  });
});

describe('probeMetrics', () => {
  it('names only metrics that there are', () => {
    const names = new Set(numaMeta.metrics.map(({ name }) => name));
    for (const host of HOST_NAMES) {
      for (const name of on(host).metrics.keys()) expect(names).toContain(name);
    }
  });

  it('names the events of the CPU and of its memory controllers', () => {
    const { metrics } = on('icelake-2s');
    expect(metrics.get('remote_access_count')).toMatchObject({ ok: true, tier: 'hardware' });
    expect(metrics.get('memory_bytes_per_second')).toMatchObject({
      ok: true,
      source: 'uncore_imc_*: cas_count_read, cas_count_write',
    });
  });

  it('says what was not consented to, and what is there with consent', () => {
    const target = (name: HostName, options: NumaConfig = {}) =>
      on(name, ['CAP_PERFMON'], options).metrics.get('target_bytes_per_second');
    expect(target('icelake-2s')).toMatchObject({
      ok: false,
      remedy: 'hftmon stat --resctrl (option resctrl)',
    });
    expect(target('icelake-2s', { resctrl: true })).toMatchObject({ ok: true, tier: 'hardware' });
    expect(target('vm-no-pmu', { resctrl: true })).toMatchObject({ ok: false });
    const sampled = on('icelake-2s').metrics.get('sampled_local_ratio');
    expect(sampled).toMatchObject({ ok: false, remedy: expect.stringContaining('sampleAccesses') });
  });

  it('needs rights to count for a whole package', () => {
    const traffic = on('icelake-2s', []).metrics.get('memory_bytes_per_second');
    expect(traffic).toMatchObject({ ok: false, code: 'HFTMON_E_NOT_PERMITTED' });
  });

  it('knows no latency of a remote access that the kernel does not publish', () => {
    expect(on('icelake-2s').metrics.get('inter_socket_overhead_us')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('node 0 to node 1'),
    });
  });

  it('cannot tell the controllers of two nodes in one package apart', () => {
    expect(on('zen4-nps2').metrics.get('memory_bytes_per_second')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('several nodes'),
    });
  });

  it('does not call a single node local', () => {
    const { metrics } = on('vm-no-pmu');
    for (const name of ['local_access_count', 'remote_access_count', 'local_access_ratio']) {
      expect(metrics.get(name)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('no measurement'),
      });
    }
    expect(metrics.get('target_bytes_per_second')).toMatchObject({ ok: false });
  });
});
