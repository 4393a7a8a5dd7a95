import { describe, expect, it } from 'vitest';
import { spikeToJson } from '@hftmon/monitor';
import { cpuRanges } from '../../src/format/cpu-ranges.js';
import { styleFor } from '../../src/io/style.js';
import type { StatDocument } from '../../src/verbs/stat/document.js';
import { detailLines } from '../../src/verbs/stat/details-text.js';
import { interruptLines } from '../../src/verbs/stat/interrupt-text.js';
import { schedulingLines } from '../../src/verbs/stat/scheduling-text.js';
import { collectorText, processText } from '../../src/verbs/stat/text.js';
import { preemption, spikeOf, tick } from '../support/spike.js';

const document: StatDocument = {
  schema: 'hftmon.stat/1',
  type: 'stat',
  pid: 4711,
  durationNs: 2_000_000_000,
  threads: [],
  collectors: {
    files: {
      tier: 'procfs',
      source: '/proc',
      metrics: { read_count: 7 },
      sources: {
        miss_count: { tier: null, source: null, reason: 'no PMU', remedy: 'get one' },
        hit_count: { tier: null, source: null, reason: 'no PMU', remedy: 'get one' },
      },
      lost: 0,
    },
  },
  details: {},
  notObserved: [
    { cause: 'smi', reason: 'no count' },
    { cause: 'thermal', reason: 'no count' },
  ],
  losses: { seen: 0, emitted: 0, filtered: 0, dropped: 0 },
};

describe('a run without kernel events', () => {
  it('does not call threads that nobody counted none', () => {
    const text = processText(document, styleFor(false)).join('\n');
    expect(text).toMatch(/^process 4711: 2 ?s/);
    expect(text).toContain('threads were not counted');
    expect(text).not.toMatch(/0 threads|tid/);
  });
});

describe('metrics that are absent', () => {
  it('share the line of their reason', () => {
    const metrics = ['read_count', 'miss_count', 'hit_count'].map((name) => ({
      name,
      unit: 'count',
    }));
    const registered = [{ collector: { meta: { name: 'files', metrics } } }] as never;
    const lines = collectorText(document, registered, styleFor(false));
    expect(lines).toContain('  not available: miss_count, hit_count: no PMU; get one');
    expect(lines).toContain('  read_count  7');
    expect(lines).toContain('not observed here (hftmon doctor says why): smi, thermal');
  });
});

describe('CPUs', () => {
  it('are listed as the kernel lists them', () => {
    expect(cpuRanges([])).toBe('');
    expect(cpuRanges([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7-8');
  });
});

describe('details of interrupts', () => {
  const nothing = {
    affinity: [],
    coalescing: [],
    deferredWork: { softirqs: [] },
    ticks: [],
    tlbSenders: [],
  };
  const irq = (irqNumber: number, more: object) => ({
    irqNumber,
    source: 'nic-rx',
    allowed: [2, 3],
    effective: [2, 3],
    node: 0,
    movable: true,
    targetCpus: [2, 3],
    onTargetCpus: true,
    ...more,
  });

  it('tell how to move what can be moved, and are silent about the rest', () => {
    const affinity = [
      irq(38, { command: 'echo 0 > /proc/irq/38/smp_affinity_list' }),
      irq(39, { movable: false, obstacle: 'managed' }),
      irq(40, { targetCpus: [], onTargetCpus: false }),
    ];
    expect(interruptLines({ ...nothing, affinity })).toEqual([
      '  interrupt 38 (nic-rx) goes to CPUs 2-3, which watched threads may use',
      '    do: echo 0 > /proc/irq/38/smp_affinity_list',
    ]);
  });

  it('name the most frequent senders of TLB shootdowns with what they flushed', () => {
    const sender = { tid: 12, comm: 'gc', count: 3, totalUs: 4.5, all: 1, pages: 16 };
    const tlbSenders = [
      { ...sender, callSite: 'flush_tlb_mm_range', syscall: 'munmap' },
      ...Array.from({ length: 6 }, () => ({ ...sender, all: 0, pages: 0 })),
    ];
    expect(interruptLines({ ...nothing, tlbSenders: tlbSenders as never })).toEqual([
      '  TLB shootdowns by gc/12 from flush_tlb_mm_range in munmap: 3 interrupts, 4.5us, flushing 1 of all pages, 16 pages',
      ...Array.from({ length: 4 }, () => '  TLB shootdowns by gc/12: 3 interrupts, 4.5us'),
      '  and by 2 other senders',
    ]);
  });
});

describe('the longest spikes', () => {
  it('are one line each, with the receipt as hftmon spikes prints it', () => {
    const longestSpikes = [
      spikeToJson(spikeOf([preemption(1_200_000), tick(1500)], { incomplete: true })),
      spikeToJson(spikeOf([tick(70_000)], { tid: 12345, comm: 'market-data' })),
    ];
    expect(detailLines({ latency: { recommendations: [], longestSpikes } })).toEqual([
      '',
      '  longest spikes:',
      '      1.2ms  engine/7                preemption 1.2ms (by hog/9 SCHED_FIFO) + timer_tick 1.5us (×2) [records were lost]',
      '       70us  market-data/12345       timer_tick 70us (×2)',
    ]);
  });

  it('have no heading where there are none', () => {
    expect(detailLines({ latency: { recommendations: [], longestSpikes: [] } })).toEqual([]);
  });
});

describe('details of scheduling', () => {
  const nothing = {
    threads: { sources: {}, items: [] },
    priorityInversions: [],
    attributeChanges: [],
  };
  const group = (path: string, throttledPeriods: number) => ({
    path,
    version: 2,
    quotaUs: 10_000,
    periodUs: 100_000,
    periods: 900,
    throttledPeriods: 800,
    throttledUs: 1e9,
    tids: [12],
    sinceFirstSeen: { periods: 20, throttledPeriods, throttledUs: 120_000 },
  });

  it('tell of throttling that happened meanwhile', () => {
    const cgroups = [group('/feed', 5), group('/calm', 0)];
    const throttling = { cgroups, source: { ok: true } };
    expect(schedulingLines({ ...nothing, throttling: throttling as never })).toEqual([
      '  throttled: control group /feed used its quota of 10ms per 100ms up in 5 of 20 periods; its CPUs were kept from it for 120ms',
    ]);
  });

  it('tell the latest changes with what was and what is', () => {
    const before = { policy: 0, nice: 0, priority: 0, resetOnFork: false, affinity: [0, 1] };
    const after = { ...before, policy: 1, priority: 50, affinity: [1] };
    const deadline = { runtimeNs: 1e6, deadlineNs: 2e6, periodNs: 4e6 };
    const change = (tid: number, changed: readonly string[], to: object) => {
      return { tid, comm: 'engine', changed, before, after: to };
    };
    const attributeChanges = [
      change(1, ['nice'], { ...before, nice: 5 }),
      change(2, ['policy', 'priority', 'affinity'], after),
      change(3, ['deadline'], { ...before, deadline }),
      ...[4, 5, 6].map((tid) => change(tid, ['resetOnFork'], { ...before, resetOnFork: true })),
    ];
    expect(schedulingLines({ ...nothing, attributeChanges: attributeChanges as never })).toEqual([
      '  1 earlier change of how threads are scheduled',
      '  changed: engine/2: policy SCHED_OTHER to SCHED_FIFO, priority 0 to 50, affinity 0-1 to 1',
      '  changed: engine/3: deadline none to 1ms/2ms/4ms',
      ...[4, 5, 6].map((tid) => `  changed: engine/${tid}: resetOnFork false to true`),
    ]);
  });

  it('say nothing when nothing was notable', () => {
    expect(detailLines({ sched: nothing })).toEqual([]);
  });
});
