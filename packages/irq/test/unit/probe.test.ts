import { describe, expect, it } from 'vitest';
import { bpfWorks, fakeEnvironment, noBtf } from '@hftmon/testkit';
import { createInterruptCollector } from '../../src/index.js';

const IRQ = ['irq_handler_entry', 'irq_handler_exit'];
const SOFTIRQ = ['softirq_raise', 'softirq_entry', 'softirq_exit'];
const VECTOR = ['local_timer_entry', 'reschedule_entry', 'call_function_entry'];
const IPI = ['ipi_send_cpu', 'csd_queue_cpu', 'csd_function_entry'];
const NMI = ['nmi_handler'];
const probe = (tracepoints: readonly string[], bpf = bpfWorks) =>
  createInterruptCollector().probe(
    fakeEnvironment({ bpf, tracepoints, capabilities: ['CAP_SYSLOG'] }),
  );

describe('probe', () => {
  it('is good where all is there', () => {
    const support = probe([...IRQ, ...SOFTIRQ, ...VECTOR, ...IPI, ...NMI]);
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
});
