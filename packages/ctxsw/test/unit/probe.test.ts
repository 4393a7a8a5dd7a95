import { describe, expect, it } from 'vitest';
import { bpfWorks, fakeEnvironment, noBtf } from '@hftmon/testkit';
import { createContextSwitchCollector } from '../../src/index.js';

const ALL = ['sched_switch', 'sched_waking', 'sched_process_fork', 'sched_migrate_task'];
const probe = (tracepoints: readonly string[], bpf = bpfWorks) =>
  createContextSwitchCollector().probe(fakeEnvironment({ bpf, tracepoints }));

describe('probe', () => {
  it('is good where all is there', () => {
    expect(probe(ALL)).toEqual({
      ok: true,
      tier: 'kernel',
      source: 'BPF: sched_switch, sched_waking, sched_migrate_task',
    });
  });

  it('gives the reason of BPF', () => {
    expect(probe(ALL, noBtf)).toBe(noBtf);
  });

  it('names the tracepoint that is missing', () => {
    const without = ALL.filter((name) => name !== 'sched_waking');
    expect(probe(without)).toMatchObject({
      ok: false,
      code: 'HFTMON_E_TRACEPOINT_MISSING',
      reason: 'the kernel has no tracepoint sched_waking',
    });
  });
});
