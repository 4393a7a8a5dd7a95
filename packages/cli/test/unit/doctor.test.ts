import { describe, expect, it } from 'vitest';
import {
  createError,
  HOST_API_VERSION,
  type Collector,
  type MetricMeta,
  type Need,
  type Support,
} from '@hftmon/core';
import { HFTResourceMonitor, installedCollectors, type HostEnvironment } from '@hftmon/monitor';
import { bpfWorks, FakeEventSource, fakeEnvironment } from '@hftmon/testkit';
import { styleFor } from '../../src/io/style.js';
import { causeFindings } from '../../src/verbs/doctor/cause-findings.js';
import { reportOf } from '../../src/verbs/doctor/doctor.js';
import { doctorText } from '../../src/verbs/doctor/text.js';

const environment = {
  ...fakeEnvironment({ bpf: bpfWorks, tracepoints: 'all', capabilities: 'all' }),
  kptrRestrict: 0,
  capabilities: new Set(['CAP_SYSLOG']),
} as unknown as HostEnvironment;

/** A monitor on a host where all looks well, but that may not start. */
function monitorOf(failure?: Error, names = ['ctxsw', 'latency']): HFTResourceMonitor {
  const source = new FakeEventSource();
  if (failure !== undefined) {
    source.open = () => {
      throw failure;
    };
  }
  const collectors = installedCollectors(names);
  return new HFTResourceMonitor({ environment, collectors, createSource: () => source });
}

const unopenable: Collector = {
  meta: {
    name: 'unopenable',
    version: '1.0.0',
    apiVersion: HOST_API_VERSION,
    summary: 'Counts nothing',
    kinds: [],
    metrics: [{ name: 'nothing_count', unit: 'count', type: 'counter', help: 'Count of nothing' }],
    needs: [],
  },
  probe: () => ({ ok: true, tier: 'kernel', source: 'hope' }),
  open: () => {
    throw new Error('no memory');
  },
  snapshot: () => [],
  close: () => undefined,
};

describe('a collector with metrics of many sources', () => {
  const metrics = ['here_count', 'not_here_count'].map((name): MetricMeta => ({
    name,
    unit: 'count',
    type: 'counter',
    help: `Count of ${name}`,
  }));
  const notHere = { ok: false, code: 'HFTMON_E_X', reason: 'no PMU', remedy: 'get one' } as const;
  const here = { ok: true, tier: 'hardware', source: 'a counter' } as const;
  const collector = {
    meta: {
      name: 'many',
      version: '1.0.0',
      apiVersion: HOST_API_VERSION,
      summary: 'Counts',
      kinds: [],
      metrics,
      needs: [],
    },
    probe: () => ({ ok: true, tier: 'kernel', source: 'all of it' }) as const,
    probeMetrics: () =>
      new Map<string, Support>([
        ['here_count', here],
        ['not_here_count', notHere],
      ]),
    open: () => undefined,
    snapshot: () => [],
    close: () => undefined,
  };

  it('is degraded when one is absent, and says of each why and from where', () => {
    const createSource = () => new FakeEventSource();
    const monitor = new HFTResourceMonitor({ environment, createSource, collectors: [collector] });
    for (const live of [false, true]) {
      const report = reportOf(monitor, live);
      expect(report.status).toBe('degraded');
      const [found] = report.collectors;
      expect(found).toMatchObject({
        status: 'degraded',
        reason: '1 of 2 metrics are absent',
        tier: 'kernel',
      });
      expect(found!.metrics[0]).toMatchObject({ status: 'available', source: 'a counter' });
      expect(found!.metrics[0]).not.toHaveProperty('reason');
      const { reason, remedy } = notHere;
      expect(found!.metrics[1]).toMatchObject({ status: 'absent', reason, remedy });
      expect(found!.metrics[1]).not.toHaveProperty('source');
      expect(doctorText(report, styleFor(false)).join('\n')).toMatch(
        /absent +not_here_count – .*\n +why: no PMU\n +fix: get one/,
      );
    }
  });
});

describe('a cause of spikes', () => {
  it('can be named, or is absent with the reason', () => {
    const causes = causeFindings([{ cause: 'smi', reason: 'no count' }]);
    const absent = causes.filter(({ status }) => status !== 'available');
    expect(absent).toEqual([
      { name: 'smi', causeClass: 'hardware', status: 'absent', reason: 'no count' },
    ]);
    const names = causes.map(({ name }) => name);
    expect(names).toContain('preemption');
    expect(names).not.toContain('unexplained');
    const text = doctorText({ ...reportOf(monitorOf(), false), causes }, styleFor(false));
    expect(text).toContainEqual(expect.stringMatching(/^ +absent +smi – no count$/));
    expect(text).toContainEqual(expect.stringMatching(/^ +available +preemption, /));
  });
});

describe('what is less than it could be', () => {
  const limited = (degraded: string | undefined, remedy: string | undefined, needs: Need[] = []) =>
    ({
      ...unopenable,
      meta: { ...unopenable.meta, name: 'limited', needs },
      probe: () => ({
        ok: true,
        tier: 'kernel',
        source: 'half of it',
        ...(degraded !== undefined && { degraded }),
        ...(remedy !== undefined && { remedy }),
      }),
    }) satisfies Collector;
  const found = (collector: Collector) => {
    const createSource = () => new FakeEventSource();
    const poor = { ...environment, hasCapability: () => false };
    const monitor = new HFTResourceMonitor({
      environment: poor,
      createSource,
      collectors: [collector],
    });
    return reportOf(monitor, false).collectors[0]!;
  };

  it('comes with what lifts the limit', () => {
    const { reason, remedy } = found(limited('an estimate', 'get a PMU'));
    expect([reason, remedy]).toEqual(['an estimate', 'get a PMU']);
  });

  it('is said to have no remedy where there is none', () => {
    expect(found(limited('an estimate', undefined))).toMatchObject({
      status: 'degraded',
      reason: 'an estimate',
      remedy: expect.stringMatching(/^none/) as string,
    });
  });

  it('names the command that grants the capabilities', () => {
    const needs: Need[] = ['CAP_PERFMON', 'CAP_SYS_PTRACE'].map((name) => {
      return { type: 'capability', name, optional: true };
    });
    expect(found(limited(undefined, undefined, needs)).remedy).toContain(
      'sudo setcap cap_perfmon,cap_sys_ptrace+ep',
    );
  });
});

describe('a live test', () => {
  it('finds a collector that cannot be opened', () => {
    const { collectors } = reportOf(
      new HFTResourceMonitor({
        environment,
        createSource: () => new FakeEventSource(),
        collectors: [unopenable],
      }),
      true,
    );
    expect(collectors[0]).toMatchObject({ status: 'absent', code: 'HFTMON_E_INTERNAL' });
    expect(collectors[0]!.reason).toMatch(/no memory/);
    expect(collectors[0]!.metrics[0]).toMatchObject({ status: 'absent' });
  });

  it('that works leaves everything available', () => {
    // Its sources are all in the environment, whatever this host has.
    const { status, checks } = reportOf(monitorOf(undefined, ['ctxsw']), true);
    expect(status).toBe('available');
    expect(checks.at(-1)).toMatchObject({ name: 'live test', status: 'available' });
  });

  it('that fails takes BPF, every collector and every metric with it', () => {
    const error = createError('HFTMON_E_BPF_LOAD', { detail: 'EINVAL' });
    const report = reportOf(monitorOf(error), true);
    const absent = {
      status: 'absent',
      reason: 'the BPF probes were not loaded: EINVAL',
      remedy: error.remedy,
    };
    expect(report.status).toBe('absent');
    for (const name of ['BPF', 'live test']) {
      expect(report.checks.find((check) => check.name === name)).toMatchObject(absent);
    }
    expect(report.collectors.length).toBeGreaterThan(0);
    for (const collector of report.collectors) {
      expect(collector).toMatchObject({ ...absent, code: 'HFTMON_E_BPF_LOAD' });
      for (const metric of collector.metrics) expect(metric).toMatchObject(absent);
    }
    const lines = doctorText(report, styleFor(false)).filter((line) => line.includes('available'));
    expect(lines.join('\n')).not.toMatch(/BPF|hftmon_|switch/);
  });

  it('is told as it is when the failure is none of hftmon', () => {
    const { collectors } = reportOf(monitorOf(new Error('out of luck')), true);
    for (const { status, reason } of collectors) {
      expect(status).toBe('absent');
      expect(reason).toContain('out of luck');
    }
  });
});
