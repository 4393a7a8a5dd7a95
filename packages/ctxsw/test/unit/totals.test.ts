import { describe, expect, it } from 'vitest';
import { SwitchFlag, type Target, type ThreadTotals } from '@hftmon/core';
import { hosted } from '../support/hosted.js';
import { switchRecord } from '../support/switch-record.js';

function threadTotals(tid: number, pid: number): ThreadTotals {
  const offCpuHistogram = new Uint32Array(40);
  offCpuHistogram[10] = 99;
  offCpuHistogram[20] = 1;
  return {
    tid,
    pid,
    comm: 'engine',
    state: 'blocked',
    voluntarySwitches: 90,
    involuntarySwitches: 10,
    migrations: 3,
    bornNs: 0,
    lifetimeNs: 1000,
    onCpuNs: 400,
    offCpuNs: 600,
    runQueueNs: 50,
    irqNs: undefined,
    irqCount: undefined,
    softirqNs: undefined,
    softirqCount: undefined,
    vectorNs: undefined,
    vectorCount: undefined,
    minorFaults: undefined,
    majorFaults: undefined,
    faultNs: undefined,
    syscallNs: undefined,
    syscallCount: undefined,
    offCpuHistogram,
    runQueueHistogram: new Uint32Array(40),
  };
}

function target(pid: number): Target {
  return { pid, comm: 'engine', startTimeTicks: 1, attachedNs: 0 };
}

describe('totals', () => {
  const host = hosted({}, { percentiles: [50, 99.9] });
  host.source.threadTotals.set(5, [threadTotals(5, 5), threadTotals(7, 5)]);
  host.source.threadTotals.set(6, [threadTotals(6, 6)]);
  for (const pid of [5, 6, 5, 77]) host.collector.attach(target(pid));

  it('are of one process or of all targets', () => {
    expect(host.collector.totals(5).map(({ tid }) => tid)).toEqual([5, 7]);
    expect(
      host.collector
        .totals()
        .map(({ tid }) => tid)
        .sort(),
    ).toEqual([5, 6, 7]);
  });

  it('give percentiles as the bounds that a log2 histogram knows', () => {
    expect(host.collector.totals(6)[0]).toMatchObject({
      voluntarySwitches: 90,
      offCpu: {
        count: 100,
        percentiles: [
          { percent: 50, lower: 1024, upper: 2048 },
          { percent: 99.9, lower: 2 ** 20, upper: 2 ** 21 },
        ],
      },
      runQueueWait: { count: 0, percentiles: [] },
    });
  });

  it('are the metrics that the collector declares', () => {
    host.source.push(
      switchRecord({ durationNs: 1000, waitNs: 10, depth: 0 }),
      switchRecord({ durationNs: 3000, waitNs: 3000, flags: 0, depth: 5 }),
      switchRecord({ durationNs: 9000, flags: SwitchFlag.First }),
    );
    host.deliverAll();
    const metrics = host.collector.metrics();
    const declared = host.collector.meta.metrics.map(({ name }) => name);
    expect(Object.keys(metrics).sort()).toEqual([...declared].sort());
    expect(metrics).toMatchObject({
      voluntary_switches: 270,
      involuntary_switches: 30,
      migrations: 9,
      off_cpu_ns: 1800,
      off_cpu_interval_ns: { count: 3, min: 1000, max: 9000 },
      preempted_interval_ns: { count: 1, min: 3000, max: 3000 },
      run_queue_wait_ns: { count: 3, max: 3000 },
      run_queue_depth: { count: 2, min: 0, max: 5 },
    });
  });
});
