import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProbeEnvironment, HFTResourceMonitor, type HostEnvironment } from '@hftmon/monitor';
import { HOST_NAMES, loadHost, type FakeRoots } from '@hftmon/testkit';
import { styleFor } from '../../src/io/style.js';
import { reportOf } from '../../src/verbs/doctor/doctor.js';
import type { DoctorReport, Finding } from '../../src/verbs/doctor/report.js';
import { doctorText } from '../../src/verbs/doctor/text.js';

function examine(environment: HostEnvironment): DoctorReport {
  using monitor = new HFTResourceMonitor({ environment });
  return reportOf(monitor, false);
}

function findingsOf({ checks, collectors }: DoctorReport): Finding[] {
  return [...checks, ...collectors, ...collectors.flatMap(({ metrics }) => metrics)];
}

describe.each(HOST_NAMES)('the doctor on %s', (name) => {
  let roots: FakeRoots;
  let environment: HostEnvironment;
  let report: DoctorReport;
  beforeEach(() => {
    roots = loadHost(name);
    environment = createProbeEnvironment({ ...roots, platform: 'linux' });
    report = examine(environment);
  });
  afterEach(() => roots.dispose());

  it('answers for every metric, and where it is not plainly available says why and what to do', () => {
    expect(report.host.kernel).toMatch(/^6\.\d+/);
    for (const { metrics } of report.collectors) expect(metrics.length).toBeGreaterThan(0);
    for (const finding of findingsOf(report)) {
      if (finding.status === 'available') continue;
      expect(finding.reason, JSON.stringify(finding)).toMatch(/\S/);
      expect(finding.remedy, JSON.stringify(finding)).toMatch(/\S/);
    }
  });

  it('names a source and a tier for everything that works', () => {
    for (const { status, tier, source } of report.collectors.flatMap(({ metrics }) => metrics)) {
      if (status === 'absent') continue;
      expect(['hardware', 'kernel', 'procfs']).toContain(tier);
      expect(source).toMatch(/\S/);
    }
  });

  it('promises counters of the hardware only where there are some', () => {
    if (name !== 'vm-no-pmu') return;
    const tiers = report.collectors.flatMap(({ metrics }) => metrics.map(({ tier }) => tier));
    expect(tiers).not.toContain('hardware');
  });

  it('says the same again, changes nothing, and can be printed', () => {
    const before = roots.tree();
    expect(examine(environment)).toEqual(report);
    expect(roots.tree()).toEqual(before);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    for (const { name: collector } of report.collectors) {
      expect(doctorText(report, styleFor(false)).join('\n')).toContain(collector);
    }
  });
});

describe('what is taken from a host', () => {
  it('is missed', () => {
    using roots = loadHost('icelake-2s').remove('sys/kernel/btf');
    const report = examine(createProbeEnvironment({ ...roots, platform: 'linux' }));
    expect(report.status).toBe('absent');
    expect(report.checks.find((check) => check.name === 'BPF')).toMatchObject({
      status: 'absent',
      reason: expect.stringContaining('does not describe its types') as string,
    });
    const irq = report.collectors.find((collector) => collector.name === 'irq');
    expect(irq).toMatchObject({ status: 'absent', code: 'HFTMON_E_BTF_MISSING' });
  });

  it('and what Arm has no vectors for is said', () => {
    using roots = loadHost('neoverse-n1');
    const { collectors } = examine(createProbeEnvironment({ ...roots, platform: 'linux' }));
    const irq = collectors.find((collector) => collector.name === 'irq');
    expect(irq?.status).toBe('degraded');
  });
});
