import { describe, expect, it } from 'vitest';
import { FakeRoots, bpfWorks, fakeEnvironment, noBtf } from '@hftmon/testkit';
import { createInterruptCollector } from '../../src/index.js';

const IRQ = ['irq_handler_entry', 'irq_handler_exit'];
const SOFTIRQ = ['softirq_raise', 'softirq_entry', 'softirq_exit'];
const VECTOR = ['local_timer_entry', 'reschedule_entry', 'call_function_entry'];
const IPI = ['ipi_send_cpu', 'csd_queue_cpu', 'csd_function_entry'];
const NMI = ['nmi_handler'];
const WORK = ['workqueue_queue_work', 'workqueue_execute_start', 'workqueue_execute_end'];
const PARTS = ['napi_poll', 'block_rq_complete', ...WORK, 'tick_stop', 'tlb_flush'];
const SHOOTDOWNS = [...VECTOR, ...IPI];
const probe = (tracepoints: readonly string[], bpf = bpfWorks) =>
  createInterruptCollector().probe(
    fakeEnvironment({ bpf, tracepoints, capabilities: ['CAP_SYSLOG'] }),
  );

describe('probe', () => {
  it('is good where all is there', () => {
    const support = probe([...IRQ, ...SOFTIRQ, ...VECTOR, ...IPI, ...NMI, ...PARTS]);
    expect(support).toMatchObject({ ok: true, tier: 'kernel' });
    expect(support).not.toHaveProperty('degraded');
  });

  it('says what hidden kernel addresses leave out', () => {
    const tracepoints = [...IRQ, ...SOFTIRQ, ...VECTOR, ...IPI, ...NMI];
    const support = createInterruptCollector().probe(
      fakeEnvironment({ bpf: bpfWorks, tracepoints }),
    );
    expect(support).toMatchObject({ degraded: expect.stringContaining('CAP_SYSLOG') });
  });

  it('gives the reason of BPF', () => {
    expect(probe([], noBtf)).toBe(noBtf);
  });

  it('names the tracepoint that is missing', () => {
    expect(probe([...IRQ, 'softirq_raise'])).toMatchObject({
      ok: false,
      code: 'HFTMON_E_TRACEPOINT_MISSING',
      reason: 'the kernel has no tracepoint softirq_entry',
    });
  });

  it('says what an older kernel leaves out', () => {
    const support = probe([...IRQ, ...SOFTIRQ, ...VECTOR, ...NMI]);
    expect(support).toMatchObject({ degraded: expect.stringContaining('senders of IPIs') });
  });

  it('says what arm64 leaves out, and what BPF does', () => {
    const bpf = { ...bpfWorks, degraded: 'lockdown' };
    const support = probe([...IRQ, ...SOFTIRQ], bpf);
    if (!support.ok) throw new Error('it should be supported');
    expect(support.degraded).toMatch(/^lockdown; .*irq_vectors.*; .*senders.*; NMIs/);
  });

  it('says by metric what a part stands on and what a kernel cannot tell', () => {
    using roots = new FakeRoots();
    const { sysRoot } = roots;
    const env = (tracepoints: readonly string[]) =>
      fakeEnvironment({ bpf: bpfWorks, tracepoints, sysRoot });
    const without = createInterruptCollector().probeMetrics(env(WORK));
    expect(without.get('work_count')).toMatchObject({ ok: true, tier: 'kernel' });
    expect(without.get('tick_stop_count')).toMatchObject({
      ok: false,
      code: 'HFTMON_E_TRACEPOINT_MISSING',
    });
    expect(without.has('hard_irq_count')).toBe(false);
    const idleOnly = createInterruptCollector().probeMetrics(env(PARTS));
    expect(idleOnly.get('tick_stop_count')).toMatchObject({ ok: true });
    expect(idleOnly.get('tick_kept_count')).toMatchObject({
      ok: false,
      code: 'HFTMON_E_UNSUPPORTED',
      reason: expect.stringContaining('CONFIG_NO_HZ_FULL'),
    });
    roots.write('sys/devices/system/cpu/nohz_full', '2-3\n');
    expect(
      createInterruptCollector().probeMetrics(env(PARTS)).get('tick_kept_count'),
    ).toMatchObject({
      ok: true,
    });
    expect(createInterruptCollector({ parts: [] }).probeMetrics(env(PARTS)).has('work_ns')).toBe(
      false,
    );
  });

  it('has no ticks, IPIs and NMIs where the kernel does not trace them', () => {
    const absent = (tracepoints: readonly string[], capabilities: readonly string[] = []) => {
      const env = fakeEnvironment({ bpf: bpfWorks, tracepoints, capabilities });
      const support = createInterruptCollector({ parts: [] }).probeMetrics(env);
      return [...support].filter(([, { ok }]) => !ok).map(([name]) => name);
    };
    const arm64 = absent([...IRQ, ...SOFTIRQ], ['CAP_SYSLOG']);
    expect(arm64).toEqual(expect.arrayContaining(['timer_count', 'ipi_ns', 'nmi_duration_ns']));
    expect(arm64).toContain('tlb_shootdown_count');
    expect(absent([...SHOOTDOWNS, ...NMI])).toEqual(['tlb_shootdown_count']);
    expect(absent([...SHOOTDOWNS, ...NMI], ['CAP_SYSLOG'])).toEqual([]);
  });
});
