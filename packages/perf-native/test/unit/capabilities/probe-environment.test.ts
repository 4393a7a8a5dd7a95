import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bpfSupport, type BpfFacts } from '../../../src/capabilities/bpf-support.js';
import { parseBtfTracepoints } from '../../../src/capabilities/btf.js';
import { CAPABILITY_NAMES, decodeCapabilities } from '../../../src/capabilities/capability-set.js';
import { createProbeEnvironment } from '../../../src/capabilities/probe-environment.js';

function btf(...strings: string[]): Buffer {
  const text = Buffer.from(`\0${strings.map((name) => `${name}\0`).join('')}`);
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header[2] = 1;
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(8, 12);
  header.writeUInt32LE(8, 16);
  header.writeUInt32LE(text.length, 20);
  return Buffer.concat([header, Buffer.alloc(8), text]);
}

describe('decodeCapabilities', () => {
  it('knows the numbers of the kernel', () => {
    const numbers = { CAP_SYS_ADMIN: 21, CAP_SYS_NICE: 23, CAP_SYSLOG: 34, CAP_PERFMON: 38 };
    for (const [name, bit] of Object.entries({ ...numbers, CAP_BPF: 39, CAP_IPC_LOCK: 14 })) {
      expect(CAPABILITY_NAMES[bit]).toBe(name);
      expect([...decodeCapabilities((1n << BigInt(bit)).toString(16))]).toEqual([name]);
    }
  });

  it('takes every mask, and nothing for text that is none', () => {
    expect(decodeCapabilities('0000000000000000').size).toBe(0);
    expect(decodeCapabilities('000001ffffffffff').size).toBe(41);
    expect(decodeCapabilities('000001fffeffffff').has('CAP_SYS_RESOURCE')).toBe(false);
    for (const text of ['', 'x', '12345678901234567']) {
      expect(decodeCapabilities(text).size).toBe(0);
    }
  });
});

describe('parseBtfTracepoints', () => {
  it('finds the typedefs of tracepoints alone', () => {
    const names = parseBtfTracepoints(
      btf('int', 'btf_trace_sched_switch', 'my_btf_trace_not', 'btf_trace_irq_handler_entry'),
    );
    expect([...names]).toEqual(['sched_switch', 'irq_handler_entry']);
  });

  it('takes damaged files', () => {
    const whole = btf('btf_trace_one');
    expect(parseBtfTracepoints(Buffer.alloc(0)).size).toBe(0);
    expect(parseBtfTracepoints(Buffer.alloc(100)).size).toBe(0);
    expect(parseBtfTracepoints(whole.subarray(0, -1)).size).toBe(0);
  });
});

describe('bpfSupport', () => {
  const good: BpfFacts = {
    platform: 'linux',
    btfPath: '/sys/kernel/btf/vmlinux',
    hasBtf: true,
    capabilities: new Set(['CAP_BPF', 'CAP_PERFMON']),
    lastCapability: 40,
    initUserNamespace: true,
    initPidNamespace: true,
    lockdown: undefined,
  };
  const ask = (facts: Partial<BpfFacts>) => bpfSupport({ ...good, ...facts });

  it('is content with CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN', () => {
    expect(ask({})).toEqual({ ok: true, tier: 'kernel', source: 'BPF (tp_btf)' });
    expect(ask({ capabilities: new Set(['CAP_SYS_ADMIN']) }).ok).toBe(true);
    expect(ask({ initPidNamespace: undefined, initUserNamespace: undefined }).ok).toBe(true);
  });

  it.each([
    [['CAP_PERFMON'], 'lacks CAP_BPF,', 'setcap cap_bpf+ep'],
    [['CAP_BPF'], 'lacks CAP_PERFMON,', 'setcap cap_perfmon+ep'],
    [[], 'lacks CAP_BPF and CAP_PERFMON,', 'setcap cap_bpf,cap_perfmon+ep'],
  ])('with %j names what is missing', (held, reason, remedy) => {
    expect(ask({ capabilities: new Set(held) })).toEqual({
      ok: false,
      code: 'HFTMON_E_CAPABILITY_MISSING',
      reason: expect.stringContaining(reason) as string,
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  it('asks for CAP_SYS_ADMIN on kernels without CAP_BPF', () => {
    expect(ask({ capabilities: new Set(), lastCapability: 37 })).toMatchObject({
      reason: expect.stringContaining('lacks CAP_SYS_ADMIN,') as string,
    });
  });

  it.each([
    ['HFTMON_E_UNSUPPORTED', { platform: 'darwin' }, 'darwin'],
    ['HFTMON_E_BTF_MISSING', { hasBtf: false }, '/sys/kernel/btf/vmlinux'],
    ['HFTMON_E_PID_NAMESPACE', { initPidNamespace: false }, 'pid namespace'],
    ['HFTMON_E_NOT_PERMITTED', { initUserNamespace: false }, 'user namespace'],
  ])('answers %s', (code, facts, reason) => {
    expect(ask(facts)).toMatchObject({
      ok: false,
      code,
      reason: expect.stringContaining(reason) as string,
      remedy: expect.stringMatching(/./) as string,
    });
  });

  it('says what lockdown takes away', () => {
    expect(ask({ lockdown: 'integrity' })).not.toHaveProperty('degraded');
    expect(ask({ lockdown: 'confidentiality' })).toHaveProperty('degraded');
  });
});

describe('createProbeEnvironment', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'hftmon-'))));
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const probe = () =>
    createProbeEnvironment({
      procRoot: join(root, 'proc'),
      sysRoot: join(root, 'sys'),
      platform: 'linux',
    });

  it('reads a captured host', () => {
    put('proc/self/status', 'Name:\tnode\nCapEff:\t000000c000000000\n');
    put('proc/sys/kernel/osrelease', '6.1.0-18-amd64\n');
    put('proc/sys/kernel/cap_last_cap', '40\n');
    put('proc/sys/kernel/perf_event_paranoid', '-1\n');
    put('proc/sys/kernel/unprivileged_bpf_disabled', '2\n');
    put('proc/sys/kernel/kptr_restrict', '0\n');
    put('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
    put('sys/kernel/btf/vmlinux', btf('btf_trace_sched_switch'));
    mkdirSync(join(root, 'proc/self/ns'));
    symlinkSync('pid:[4026531836]', join(root, 'proc/self/ns/pid'));
    symlinkSync('user:[4026531837]', join(root, 'proc/self/ns/user'));
    const environment = probe();
    expect(environment).toMatchObject({
      kernelRelease: '6.1.0-18-amd64',
      perfEventParanoid: -1,
      unprivilegedBpfDisabled: 2,
      kptrRestrict: 0,
      lockdown: 'integrity',
      initPidNamespace: true,
      initUserNamespace: true,
      bpf: { ok: true, tier: 'kernel' },
    });
    const { hasTracepoint, hasCapability } = environment;
    expect(hasCapability('CAP_BPF')).toBe(true);
    expect(hasCapability('CAP_SYS_ADMIN')).toBe(false);
    expect(hasTracepoint('sched_switch')).toBe(true);
    expect(hasTracepoint('sched:sched_switch')).toBe(true);
    expect(hasTracepoint('sched/sched_switch')).toBe(true);
    expect(hasTracepoint('sched_stat_wait')).toBe(false);
  });

  it('says nothing that an empty host does not say', () => {
    const environment = probe();
    expect(environment).toMatchObject({
      kernelRelease: undefined,
      perfEventParanoid: undefined,
      lockdown: undefined,
      initPidNamespace: undefined,
      bpf: { ok: false, code: 'HFTMON_E_BTF_MISSING' },
    });
    expect(environment.hasTracepoint('sched_switch')).toBe(false);
    expect(environment.hasCapability('CAP_BPF')).toBe(false);
  });

  it('refuses another pid namespace', () => {
    put('proc/self/status', 'CapEff:\t000001ffffffffff\n');
    put('sys/kernel/btf/vmlinux', btf());
    mkdirSync(join(root, 'proc/self/ns'));
    symlinkSync('pid:[4026532441]', join(root, 'proc/self/ns/pid'));
    expect(probe().bpf).toMatchObject({ ok: false, code: 'HFTMON_E_PID_NAMESPACE' });
  });
});
