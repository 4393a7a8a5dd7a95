import { describe, expect, it } from 'vitest';
import { FakeRoots, needs, skipUnless } from '@hftmon/testkit';
import type { DoctorReport } from '@hftmon/cli';
import { runCli } from '../support/run-cli.js';

async function doctor(...[words, options]: Parameters<typeof runCli>) {
  const { code, stdout, stderr } = await runCli(['doctor', ...words], options);
  expect(stderr).toBe('');
  return { code, text: stdout };
}

const SOMETHING = expect.stringMatching(/./) as string;
const ALL = ['ctxsw', 'irq', 'sched', 'cache', 'numa', 'latency'];
const OF_HARDWARE = new Set(['smi_count', 'core_throttles', 'package_throttles']);
const USE_KERNEL_EVENTS = ['ctxsw', 'irq', 'sched', 'latency'];

describe('hftmon doctor', () => {
  it('finds everything where everything is', async (context) => {
    skipUnless(context, needs.bpf);
    const { code, text } = await doctor(['--json']);
    const report = JSON.parse(text) as DoctorReport;
    expect(report).toMatchObject({ schema: 'hftmon.doctor/1', type: 'doctor' });
    expect(report.checks.find(({ name }) => name === 'live test')?.status).toBe('available');
    expect(report.collectors.map(({ name }) => name)).toEqual(ALL);
    for (const { name, metrics, status } of report.collectors) {
      expect(status).not.toBe('absent');
      expect(metrics.length).toBeGreaterThan(0);
      // All that these two tell comes from the kernel's events, but for what hardware counts.
      if (name === 'ctxsw' || name === 'latency') {
        const ofEvents = metrics.filter((metric) => !OF_HARDWARE.has(metric.name));
        expect(ofEvents.length).toBeGreaterThan(0);
        for (const metric of ofEvents) {
          expect(metric.status).not.toBe('absent');
          expect(metric.tier).toBe('kernel');
          if (name === 'ctxsw') expect(metric.status).toBe(status);
        }
      }
      for (const metric of metrics) {
        if (metric.status === 'absent')
          expect(metric).toMatchObject({ reason: SOMETHING, remedy: SOMETHING });
        else expect(metric).toMatchObject({ tier: SOMETHING, source: SOMETHING });
      }
    }
    expect(report.causes.find(({ name }) => name === 'preemption')?.status).toBe('available');
    for (const { status, reason } of report.causes) {
      if (status === 'absent') expect(reason).toEqual(SOMETHING);
    }
    expect(report.status).not.toBe('absent');
    expect(code).toBe(0);
  });

  it('says which capability is missing and how to get it', async () => {
    const wrapper = ['setpriv', '--bounding-set=-all'];
    const json = await doctor(['--json'], { wrapper });
    const { status, checks, collectors, causes } = JSON.parse(json.text) as DoctorReport;
    expect(causes).toEqual([]);
    expect(json.code).toBe(3);
    expect(status).toBe('absent');
    const bpf = checks.find(({ name }) => name === 'BPF');
    expect(bpf?.reason).toContain('lacks CAP_BPF and CAP_PERFMON');
    expect(bpf?.remedy).toContain('sudo setcap cap_bpf,cap_perfmon+ep');
    // What needs no kernel events starts.
    expect(checks.find(({ name }) => name === 'live test')?.status).toBe('available');
    for (const collector of collectors.filter(({ name }) => USE_KERNEL_EVENTS.includes(name))) {
      expect(collector).toMatchObject({ status: 'absent', code: 'HFTMON_E_CAPABILITY_MISSING' });
      for (const metric of collector.metrics) expect(metric.status).toBe('absent');
    }
    expect(collectors.find(({ name }) => name === 'numa')?.status).toBe('degraded');
    const { code, text } = await doctor([], { wrapper });
    expect(code).toBe(3);
    expect(text).toContain('fix: run as root (sudo), or grant it: sudo setcap');
    expect(text).not.toContain('\x1b');
  });

  it('sees that a kernel does not describe its types', async () => {
    using roots = new FakeRoots();
    const { code, text } = await doctor(['--jsonl', '--sys-root', roots.sysRoot]);
    const { checks, collectors } = JSON.parse(text) as DoctorReport;
    expect(code).toBe(3);
    expect(checks.find(({ name }) => name === 'BPF')).toMatchObject({
      status: 'absent',
      reason: expect.stringContaining('kernel/btf/vmlinux is missing'),
    });
    for (const { name, code: found } of collectors) {
      if (USE_KERNEL_EVENTS.includes(name)) expect(found).toBe('HFTMON_E_BTF_MISSING');
    }
  });

  it('looks at the collectors that are asked for', async () => {
    const { text } = await doctor(['--json', '--collectors', 'irq']);
    const { collectors } = JSON.parse(text) as DoctorReport;
    expect(collectors.map(({ name }) => name)).toEqual(['irq']);
  });
});
