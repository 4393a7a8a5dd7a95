import { describe, expect, it } from 'vitest';
import { FakeRoots, bpfWorks, fakeEnvironment, noBtf } from '@hftmon/testkit';
import { createSchedulingCollector } from '../../src/index.js';
import { hosted } from '../support/hosted.js';

const SCHED = ['sched_switch', 'sched_waking', 'sched_migrate_task', 'sched_process_fork'];
const PI = 'sched_pi_setprio';

describe('probe', () => {
  const probe = (tracepoints: readonly string[], bpf = bpfWorks) =>
    createSchedulingCollector().probe(fakeEnvironment({ bpf, tracepoints }));

  it('is good where all is there', () => {
    expect(probe([...SCHED, PI])).toEqual({
      ok: true,
      tier: 'kernel',
      source: 'BPF: sched_switch, sched_waking, sched_pi_setprio; sched_getattr(2); cgroups',
    });
  });

  it('gives the reason of BPF', () => {
    expect(probe([...SCHED, PI], noBtf)).toBe(noBtf);
  });

  it('names the tracepoint that is missing', () => {
    expect(probe([PI])).toMatchObject({ ok: false, code: 'HFTMON_E_TRACEPOINT_MISSING' });
  });

  it('does without lent priorities', () => {
    expect(probe(SCHED)).toMatchObject({
      ok: true,
      degraded: expect.stringContaining('priorities that are lent are not seen'),
    });
  });
});

describe('the sources of metrics', () => {
  const support = (tracepoints: readonly string[], roots: FakeRoots) =>
    createSchedulingCollector().probeMetrics(
      fakeEnvironment({ bpf: bpfWorks, tracepoints, sysRoot: roots.sysRoot }),
    );

  it('are those of metrics that there are', () => {
    using roots = new FakeRoots();
    const names = new Set(createSchedulingCollector().meta.metrics.map(({ name }) => name));
    for (const name of support(SCHED, roots).keys()) expect(names).toContain(name);
  });

  it('say where throttling cannot be told, and where it can', () => {
    using roots = new FakeRoots();
    expect(support(SCHED, roots).get('cfs_throttled_ns')).toMatchObject({ ok: false });
    roots.write('sys/fs/cgroup/cgroup.controllers', 'cpu\n');
    expect(support(SCHED, roots).get('cfs_throttled_ns')).toMatchObject({
      ok: true,
      tier: 'procfs',
    });
  });

  it('say that inversions need lent priorities to be complete', () => {
    using roots = new FakeRoots();
    expect(support(SCHED, roots).get('priority_inversions')).toHaveProperty('degraded');
    expect(support([...SCHED, PI], roots).get('priority_inversions')).not.toHaveProperty(
      'degraded',
    );
  });
});

describe('questions', () => {
  it('before the begin have empty answers', () => {
    const collector = createSchedulingCollector();
    expect(collector.snapshot()).toEqual([]);
    expect(collector.inversions()).toEqual([]);
    expect(collector.attributeChanges()).toEqual([]);
    expect(collector.throttling()).toBeUndefined();
    expect(collector.metrics()).toEqual({});
  });

  it('of no threads have empty answers', () => {
    const { collector } = hosted();
    expect(collector.snapshot({ pid: 1 })).toEqual([]);
    expect(collector.snapshot({ tid: 1 })).toEqual([]);
    expect(collector.metrics()).toMatchObject({ cpu_time_ns: 0, periodic_threads: 0 });
  });

  it.each([
    [{ timeWindowUs: -1 }, 'timeWindowUs'],
    [{ timeWindowUs: NaN }, 'timeWindowUs'],
    [{ pid: -5 }, 'pid'],
    [{ tid: -5 }, 'tid'],
    [{ percentiles: [50, 101] }, 'percentiles'],
    [{ percentiles: [-1] }, 'percentiles'],
  ])('like %o are refused', (query, option) => {
    const refusal = expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID', option });
    expect(() => hosted().collector.snapshot(query)).toThrow(refusal);
  });

  it.each([{ timeWindowUs: -1 }, { limit: -1 }])('for lists like %o are refused', (query) => {
    const { collector } = hosted();
    const refusal = expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' });
    expect(() => collector.inversions(query)).toThrow(refusal);
    expect(() => collector.attributeChanges(query)).toThrow(refusal);
  });
});

describe('options', () => {
  it.each([
    [{ attributesIntervalMs: 0 }, 'attributesIntervalMs'],
    [{ attributesIntervalMs: NaN }, 'attributesIntervalMs'],
    [{ percentiles: [200] }, 'percentiles'],
  ])('like %o are refused', (config, option) => {
    const refusal = expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID', option });
    expect(() => hosted({}, config)).toThrow(refusal);
  });
});

describe('metrics', () => {
  it('are all that are declared, but those without a source', () => {
    using roots = new FakeRoots();
    roots.write('sys/fs/cgroup/cgroup.controllers', 'cpu\n');
    const { collector } = hosted({ procRoot: roots.procRoot, sysRoot: roots.sysRoot });
    const declared = collector.meta.metrics.map(({ name }) => name);
    // Nobody is periodic here.
    const expected = declared.filter((name) => name !== 'period_jitter_ns');
    expect(Object.keys(collector.metrics()).sort()).toEqual(expected.sort());
  });
});
