import { RecordKind, isMonitorError, type StackFrame } from '@hftmon/core';
import { bpfWorks, fakeEnvironment, writeFakeProcess } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import {
  CAUSE_CLASS,
  SPIKE_SCHEMA,
  createLatencyCollector,
  recommendedSourceOptions,
  spikeToJson,
  type LatencyOptions,
  type LatencyQuery,
} from '../../src/index.js';
import { PID, TID, offCpu, ran, vector } from '../support/records.js';
import { EPOCH_NS, Stage } from '../support/stage.js';

/** A preemption of 60 us, an interrupt of 70 us and a late wake-up of 80 us, a ms apart. */
function threeSpikes(stage: Stage): void {
  stage.deliver(
    offCpu({ from: 1e6, to: 1.06e6, next: 31, previous: 31, userStack: 3 }),
    vector({ from: 2e6, to: 2.07e6 }),
    offCpu({ from: 2.5e6, to: 3.08e6, woken: 3e6, previous: 0, tid: PID }),
  );
}

describe('queries', () => {
  it.each([
    [{}, [60, 70, 80]],
    [{ thresholdUs: 65 }, [70, 80]],
    [{ thresholdUs: 70 }, [70, 80]],
    [{ tid: TID }, [60, 70]],
    [{ tid: PID }, [80]],
    [{ pid: PID }, [60, 70, 80]],
    [{ pid: 99 }, []],
    [{ limit: 2 }, [70, 80]],
    [{ limit: 0 }, []],
    [{ longest: 2 }, [80, 70]],
    [{ longest: 5, tid: TID }, [70, 60]],
    [{ longest: 2, limit: 1 }, [80]],
    [{ longest: 0 }, []],
    [{ longest: 1, limit: 2, timeWindowUs: 3000 }, [80]],
    [{ minClass: 'interrupt' as const }, [60, 70, 80]],
    [{ minClass: 'blocking' as const }, [60, 80]],
    [{ minClass: 'context_switch' as const }, [60]],
    [{ timeWindowUs: 3000 }, [70, 80]],
  ])('%j', (query, durations) => {
    using stage = new Stage();
    threeSpikes(stage);
    stage.clock.timeNs = 5e6;
    expect(stage.spikes(query).map(({ durationUs }) => durationUs)).toEqual(durations);
  });

  it('find the longest also among those that are no longer kept', () => {
    using stage = new Stage({ maxSpikes: 1 });
    threeSpikes(stage);
    const durations = (query: LatencyQuery): number[] =>
      stage.spikes(query).map(({ durationUs }) => durationUs);
    expect(durations({})).toEqual([80]);
    expect(durations({ longest: 2 })).toEqual([80, 70]);
    expect(durations({ longest: 9, tid: TID })).toEqual([70, 60]);
  });

  it('give the earlier of those that are as long first', () => {
    using stage = new Stage({ maxSpikes: 1 });
    writeFakeProcess(stage.roots, { pid: 8, comm: 'other' });
    const spikes = [
      { tid: TID, us: 60 },
      { tid: 8, us: 70 },
      { tid: TID, us: 70 },
      { tid: TID, us: 50 },
    ];
    spikes.forEach(({ tid, us }, i) => {
      const from = i * 1e6;
      stage.deliver(vector({ tid, from, to: from + us * 1000 }));
      stage.spikes();
    });
    expect(stage.spikes({ longest: 3 }).map(({ id }) => id)).toEqual([2, 3, 1]);
  });

  it('refuses a class that there is not', () => {
    using stage = new Stage();
    threeSpikes(stage);
    expect(() => stage.spikes({ minClass: 'nonsense' as never })).toThrow(/minClass/);
  });

  it('gives events and stacks only on request', () => {
    using stage = new Stage();
    const frames: StackFrame[] = [{ address: 1n, symbol: 'f', offset: 0, module: 'a' }];
    stage.source.userStacks.set(3, frames);
    threeSpikes(stage);
    for (const spike of stage.spikes()) {
      expect(spike).not.toHaveProperty('relatedEvents');
      expect(spike).not.toHaveProperty('stackTrace');
    }
    const [first, second] = stage.spikes({ includeCauseAnalysis: true });
    expect(first).toMatchObject({
      stackTrace: frames,
      relatedEvents: [
        { cause: 'preemption', timestampNs: 1e6, durationNs: 60_000, cpu: 0, tid: 31 },
      ],
    });
    expect(second).not.toHaveProperty('stackTrace');
  });

  it('gives the stacks of the one who had the CPU longest, only on request', () => {
    using stage = new Stage();
    const frame = (symbol: string): StackFrame => ({
      address: 1n,
      symbol,
      offset: 0,
      module: 'a',
    });
    stage.source.userStacks.set(5, [frame('compress')]);
    stage.source.kernelStacks.set(6, [frame('schedule')]);
    stage.source.userStacks.set(7, [frame('brief')]);
    stage.task({ tid: 31, comm: 'hog' }).deliver(
      ran(37, 1e6, 1.01e6, 0, { userStack: 7 }),
      ran(31, 1.01e6, 1.04e6, 0, { userStack: 5, kernelStack: 6 }),
      // Longest of all, but its stacks were not taken, or another CPU's.
      ran(38, 1.04e6, 1.09e6),
      ran(39, 1e6, 1.09e6, 1, { userStack: 7 }),
      offCpu({ from: 1e6, to: 1.1e6, next: 37, previous: 38 }),
    );
    const [spike] = stage.spikes({ includeCauseAnalysis: true });
    expect(spike?.culpritStack).toEqual({
      tid: 31,
      comm: 'hog',
      user: [frame('compress')],
      kernel: [frame('schedule')],
    });
    expect(stage.spikes()[0]).not.toHaveProperty('culpritStack');
  });

  it('gives no stacks of a culprit where none were taken', () => {
    using stage = new Stage();
    threeSpikes(stage);
    for (const spike of stage.spikes({ includeCauseAnalysis: true })) {
      expect(spike).not.toHaveProperty('culpritStack');
    }
  });
});

describe('listeners', () => {
  it('can be removed', () => {
    using stage = new Stage();
    let calls = 0;
    const stop = stage.collector.onSpike(() => calls++);
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    stage.spikes();
    stop();
    stage.deliver(offCpu({ from: 1e6, to: 1.06e6, next: 31, previous: 31 }));
    stage.spikes();
    expect(calls).toBe(1);
  });

  it('that throw disturb nobody', () => {
    using stage = new Stage();
    stage.collector.onSpike(() => {
      throw new Error('planted');
    });
    stage.deliver(offCpu({ from: 0, to: 60_000, next: 31, previous: 31 }));
    expect(stage.spikes()).toHaveLength(1);
  });

  it('may ask for the spikes', () => {
    using stage = new Stage();
    const ids: number[] = [];
    stage.collector.onSpike(({ id }) => {
      ids.push(id);
      expect(stage.spikes().map((spike) => spike.id)).toContain(id);
    });
    threeSpikes(stage);
    stage.deliver(vector({ from: 9e6, to: 9.001e6, tid: 99 }));
    expect(stage.spikes()).toHaveLength(3);
    expect(ids).toEqual([1, 2, 3]);
  });
});

describe('JSON of a spike', () => {
  it('has the fields of its schema and no others', () => {
    using stage = new Stage();
    stage.deliver(offCpu({ from: 1_000_003, to: 1_060_020, next: 31, previous: 31 }));
    const json: unknown = JSON.parse(JSON.stringify(spikeToJson(stage.spike())));
    const part = {
      cause: 'preemption',
      causeClass: 'context_switch',
      details: {
        by: [{ tid: 31, comm: '', ns: 60_017, count: 1 }],
        count: 1,
        cpu: 0,
        inKernel: false,
      },
    };
    expect(json).toEqual({
      schema: SPIKE_SCHEMA,
      type: 'spike',
      id: 1,
      timestampNs: 1_000_003,
      monotonicNs: Number(EPOCH_NS) + 1_000_003,
      durationUs: 60.017,
      pid: PID,
      tid: TID,
      comm: 'hot',
      cpu: 0,
      ...part,
      receipt: { durationNs: 60_017, parts: [{ ...part, ns: 60_017 }], unexplainedNs: 0 },
    });
  });
});

describe('options', () => {
  it.each([
    { thresholdUs: 0 },
    { thresholdUs: NaN },
    { thresholdUs: '50' as never },
    { mergeGapUs: -1 },
    { settleUs: Infinity },
    { maxSpikes: 0 },
  ] satisfies LatencyOptions[])('refuses %j', (options) => {
    try {
      createLatencyCollector(options);
      expect.unreachable();
    } catch (error) {
      expect(isMonitorError(error) && error.code).toBe('HFTMON_E_CONFIG_INVALID');
    }
  });

  it('decide which records are asked for', () => {
    const { meta } = createLatencyCollector();
    expect(meta.kinds).toContain(RecordKind.Syscall);
    expect(meta.kinds).toContain(RecordKind.Fault);
    const fewer = createLatencyCollector({ syscalls: false, faults: false }).meta;
    expect(fewer.kinds).not.toContain(RecordKind.Syscall);
    expect(fewer.kinds).not.toContain(RecordKind.Fault);
  });

  it.each([
    [{}, { minDurationNs: { [RecordKind.Syscall]: 10_000 } }],
    [{ thresholdUs: 5 }, { minDurationNs: { [RecordKind.Syscall]: 2500 } }],
    [{ syscalls: false }, {}],
  ])('%j make the source filter %j', (options, expected) => {
    expect(recommendedSourceOptions(options)).toEqual(expected);
  });
});

describe('causes that are not observed', () => {
  it('are named once, with the reason', () => {
    using stage = new Stage({ syscalls: false });
    stage.source.runtimes = [];
    const list = stage.collector.notObserved();
    const causes = list.map(({ cause }) => cause);
    expect(new Set(causes).size).toBe(causes.length);
    expect(causes.every((cause) => cause in CAUSE_CLASS)).toBe(true);
    expect(list).toContainEqual({ cause: 'syscall', reason: 'switched off by option syscalls' });
    expect(list).toContainEqual({
      cause: 'gc_pause',
      reason: expect.stringContaining('no target is one') as string,
    });
    expect(causes).not.toContain('preemption');
  });

  it('include those whose tracepoints the kernel lacks', () => {
    const collector = createLatencyCollector();
    const environment = fakeEnvironment({
      bpf: bpfWorks,
      tracepoints: ['sched_switch', 'sched_waking', 'sched_process_fork'],
    });
    const support = collector.probe(environment);
    expect(support).toMatchObject({ ok: true, degraded: expect.stringContaining('no hard_irq') });
  });

  it('cannot be anything without the scheduler', () => {
    const environment = fakeEnvironment({ bpf: bpfWorks, tracepoints: ['sched_waking'] });
    expect(createLatencyCollector().probe(environment)).toMatchObject({
      ok: false,
      code: 'HFTMON_E_TRACEPOINT_MISSING',
    });
  });
});
