import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { needs, skipUnless } from '@hftmon/testkit';
import { KernelEventSource, createProbeEnvironment } from '../../src/index.js';
import { bundleChild, MonitoringChild } from '../support/child-process.js';
import { holdingsOf, NOTHING_HELD } from '../support/leftovers.js';

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

let script: string;

beforeAll(async () => {
  script = await bundleChild();
});

beforeEach((context) => skipUnless(context, needs.bpf, needs.root, needs.tool('setpriv')));

describe('a process without the privileges, told why and holding nothing,', () => {
  it.each([
    ['refused', NOBODY, 'HFTMON_E_CAPABILITY_MISSING', /lacks CAP_BPF and CAP_PERFMON/],
    [
      'refused',
      ['setpriv', '--bounding-set=-sys_admin,-bpf'],
      'HFTMON_E_CAPABILITY_MISSING',
      /lacks CAP_BPF, needed .*setcap cap_bpf/,
    ],
    [
      'refused',
      ['setpriv', '--bounding-set=-sys_admin,-perfmon'],
      'HFTMON_E_CAPABILITY_MISSING',
      /lacks CAP_PERFMON, needed .*setcap cap_perfmon/,
    ],
    ['refused-by-kernel', NOBODY, 'HFTMON_E_NOT_PERMITTED', /does not permit loading/],
  ] as const)('is %s: %j', async (ending, wrapper, code, why) => {
    await using child = new MonitoringChild(script, [ending, process.pid, 0], wrapper);
    const line = await child.line('code');
    expect(line).toMatchObject({ code, name: 'PermissionError' });
    expect(line['message']).toMatch(why);
    expect(holdingsOf(child.pid)).toMatchObject(NOTHING_HELD);
  });

  it('may monitor with CAP_BPF and CAP_PERFMON alone', async () => {
    const wrapper = ['setpriv', '--bounding-set=-sys_admin'];
    await using child = new MonitoringChild(script, ['hold', process.pid, 0], wrapper);
    await child.line('running');
    expect(holdingsOf(child.pid).bpf.length).toBeGreaterThan(0);
  });

  it('cannot have a real-time pump, and holds nothing after the attempt', async () => {
    const wrapper = ['setpriv', '--bounding-set=-sys_nice'];
    await using child = new MonitoringChild(script, ['refused-priority', process.pid, 0], wrapper);
    expect(await child.line('code')).toMatchObject({
      code: 'HFTMON_E_NOT_PERMITTED',
      name: 'PermissionError',
    });
    await child.line('closed');
    expect(holdingsOf(child.pid)).toMatchObject(NOTHING_HELD);
  });
});

describe('a kernel that does not describe its types', () => {
  it('is told of before anything is loaded', () => {
    const sysRoot = mkdtempSync(join(tmpdir(), 'hftmon-sys-'));
    try {
      mkdirSync(join(sysRoot, 'kernel'));
      const source = new KernelEventSource(createProbeEnvironment({ sysRoot }));
      expect(() => source.open(new Set([RecordKind.Switch]), {})).toThrow(
        expect.objectContaining({
          code: 'HFTMON_E_BTF_MISSING',
          name: 'HardwareNotSupportedError',
          message: expect.stringContaining('btf/vmlinux is missing'),
        }),
      );
      expect(holdingsOf(process.pid)).toMatchObject(NOTHING_HELD);
    } finally {
      rmSync(sysRoot, { recursive: true });
    }
  });
});

describe('a process that cannot be followed', () => {
  it.each([
    [0, 'HFTMON_E_PID_INVALID'],
    [-1, 'HFTMON_E_PID_INVALID'],
    [1e12, 'HFTMON_E_PROCESS_NOT_FOUND'],
    [4_194_304, 'HFTMON_E_PROCESS_NOT_FOUND'],
    [2, 'HFTMON_E_PROCESS_KERNEL_THREAD'],
  ])('%i is refused with %s', (pid, code) => {
    const source = new KernelEventSource();
    source.open(new Set([RecordKind.Switch]), {});
    try {
      expect(() => source.attach(pid)).toThrow(expect.objectContaining({ code }));
      expect(source.totals(pid)).toEqual([]);
      source.start();
      expect(source.reap()).toEqual([]);
    } finally {
      source.close();
    }
  });
});
