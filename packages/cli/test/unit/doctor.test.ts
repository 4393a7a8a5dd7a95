import { describe, expect, it } from 'vitest';
import { createError } from '@hftmon/core';
import { HFTResourceMonitor, type HostEnvironment } from '@hftmon/monitor';
import { bpfWorks, FakeEventSource, fakeEnvironment } from '@hftmon/testkit';
import { styleFor } from '../../src/io/style.js';
import { reportOf } from '../../src/verbs/doctor/doctor.js';
import { doctorText } from '../../src/verbs/doctor/text.js';

const environment = {
  ...fakeEnvironment({ bpf: bpfWorks, tracepoints: 'all', capabilities: 'all' }),
  kptrRestrict: 0,
  capabilities: new Set(['CAP_SYSLOG']),
} as unknown as HostEnvironment;

/** A monitor on a host where all looks well, but that may not start. */
function monitorOf(failure?: Error): HFTResourceMonitor {
  const source = new FakeEventSource();
  if (failure !== undefined) {
    source.open = () => {
      throw failure;
    };
  }
  return new HFTResourceMonitor({ environment, createSource: () => source });
}

describe('a live test', () => {
  it('that works leaves everything available', () => {
    const { status, checks } = reportOf(monitorOf(), true);
    expect(status).toBe('available');
    expect(checks.at(-1)).toMatchObject({ name: 'live test', status: 'available' });
  });

  it('that fails takes BPF, every collector and every metric with it', () => {
    const facts = { program: 'on_switch', detail: 'EINVAL' };
    const error = createError('HFTMON_E_BPF_LOAD', facts);
    const report = reportOf(monitorOf(error), true);
    const absent = {
      status: 'absent',
      reason: 'the kernel refused BPF program on_switch: EINVAL',
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
