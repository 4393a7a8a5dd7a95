import { existsSync, readFileSync } from 'node:fs';
import { FakeRoots, needs, skipUnless } from '@hftmon/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { HardwareCounts, hardwareSupport } from '../../src/hardware/hardware-counts.js';
import { createProbeEnvironment } from '@hftmon/perf-native';

const MSR = '/sys/bus/event_source/devices/msr';

it('reads a counter of the same PMU on every CPU where the one of SMIs is not there', (context) => {
  skipUnless(context, needs.root);
  if (!existsSync(`${MSR}/events/tsc`)) context.skip('needs the msr PMU with its event tsc');
  const roots = new FakeRoots();
  onTestFinished(() => roots[Symbol.dispose]());
  const msr = 'sys/bus/event_source/devices/msr';
  const copy = (name: string): string => readFileSync(`${MSR}/${name}`, 'utf8');
  roots
    .write('sys/devices/system/cpu/online', readFileSync('/sys/devices/system/cpu/online', 'utf8'))
    .write(`${msr}/type`, copy('type'))
    .write(`${msr}/format/event`, copy('format/event'))
    .write(`${msr}/events/smi`, copy('events/tsc'));
  const environment = createProbeEnvironment({ sysRoot: roots.sysRoot });
  expect(hardwareSupport(environment).get('smi_count')).toMatchObject({ ok: true });
  const counts = new HardwareCounts(roots.sysRoot);
  expect(counts.metrics).toEqual({});
  counts.close();
  const ticks = counts.metrics.smi_count;
  expect(ticks).toBeGreaterThan(0);
  expect(counts.support.size).toBe(0);
  counts.close();
  expect(counts.metrics.smi_count).toBe(ticks);
});
