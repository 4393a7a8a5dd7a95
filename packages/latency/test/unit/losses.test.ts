import { noLosses } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { correctionToJson, type SpikeCorrection } from '../../src/index.js';
import { offCpu, vector } from '../support/records.js';
import { Stage } from '../support/stage.js';

describe('losses', () => {
  const preempted = (from: number) => offCpu({ from, to: from + 60_000, next: 31, previous: 31 });

  it('in the kernel mark the spikes of that time', () => {
    using stage = new Stage();
    stage.collector.sample(1e6);
    stage.deliver(preempted(2e6));
    stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
    stage.collector.sample(30e6);
    stage.deliver(preempted(31e6));
    stage.clock.timeNs = 60e6;
    expect(stage.spikes().map(({ incomplete }) => incomplete)).toEqual([true, undefined]);
  });

  it('that are noticed after the report mark the spike too', () => {
    using stage = new Stage();
    stage.deliver(preempted(2e6), vector({ from: 9e6, to: 9.001e6 }));
    expect(stage.heard).toHaveLength(1);
    expect(stage.heard[0]!.incomplete).toBeUndefined();
    stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
    stage.collector.sample(30e6);
    expect(stage.spike().incomplete).toBe(true);
  });

  it('that are noticed after the report are told to who heard of the spikes, once', () => {
    using stage = new Stage();
    const corrections: SpikeCorrection[] = [];
    stage.collector.onCorrection((correction) => corrections.push(correction));
    stage.deliver(preempted(2e6), vector({ from: 9e6, to: 9.001e6 }));
    stage.collector.sample(19e6);
    stage.deliver(preempted(20e6), preempted(22e6), vector({ from: 29e6, to: 29.001e6 }));
    expect(stage.heard.map(({ incomplete }) => incomplete)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(stage.collector.metrics().incomplete_spikes).toBe(0);
    stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
    stage.collector.sample(30e6);
    stage.collector.sample(40e6);
    // One of a time in which losses are known is told with that.
    stage.deliver(preempted(29.5e6), vector({ from: 49e6, to: 49.001e6 }));
    const [, second, third, fourth] = stage.heard;
    expect(fourth!.incomplete).toBe(true);
    expect(corrections).toEqual([
      {
        timestamp: new Date(stage.clock.toDate(19e6)),
        timestampNs: 19e6,
        durationNs: 11e6,
        incomplete: [second!.id, third!.id],
        spans: [],
      },
    ]);
    expect(correctionToJson(corrections[0]!)).toEqual({
      schema: 'hftmon.correction/1',
      type: 'correction',
      timestampNs: 19e6,
      durationNs: 11e6,
      incomplete: [second!.id, third!.id],
    });
    expect(stage.collector.metrics().incomplete_spikes).toBe(3);
  });

  it('that are noticed when it closes are told as well', () => {
    using stage = new Stage();
    const corrections: SpikeCorrection[] = [];
    stage.collector.onCorrection((correction) => corrections.push(correction));
    stage.deliver(preempted(2e6), vector({ from: 9e6, to: 9.001e6 }));
    stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
    stage.clock.timeNs = 30e6;
    stage.collector.close();
    expect(corrections.map(({ incomplete }) => incomplete)).toEqual([[stage.heard[0]!.id]]);
  });

  it('leave a spike alone that is kept but not told yet: it is told with them', () => {
    using stage = new Stage();
    const corrections: SpikeCorrection[] = [];
    stage.collector.onCorrection((correction) => corrections.push(correction));
    const stop = stage.collector.onSpike(() => {
      stop();
      stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
      stage.clock.timeNs = 30e6;
      stage.spikes();
    });
    stage.deliver(preempted(2e6), preempted(4e6), vector({ from: 9e6, to: 9.001e6 }));
    const [first, second] = stage.heard;
    expect([first!.incomplete, second!.incomplete]).toEqual([undefined, true]);
    expect(corrections.map(({ incomplete }) => incomplete)).toEqual([[first!.id]]);
  });

  it('say nothing of spikes that are known to be incomplete, nor where there are none', () => {
    using stage = new Stage();
    const corrections: SpikeCorrection[] = [];
    stage.collector.onCorrection((correction) => corrections.push(correction));
    stage.collector.sample(1e6);
    stage.source.lossCounts = { ...noLosses, seen: 10, emitted: 7, dropped: 3 };
    stage.collector.sample(30e6);
    stage.deliver(preempted(29.98e6), vector({ from: 39e6, to: 39.001e6 }));
    expect(stage.heard.map(({ incomplete }) => incomplete)).toEqual([true]);
    stage.source.lossCounts = { ...noLosses, seen: 20, emitted: 15, dropped: 5 };
    stage.collector.sample(40e6);
    expect(corrections).toEqual([]);
    expect(stage.collector.metrics().incomplete_spikes).toBe(1);
  });

  it('on the way to the collector mark the spike around them', () => {
    using stage = new Stage();
    stage.deliver(preempted(1e6));
    stage.lose(17);
    stage.deliver(preempted(2e6));
    stage.deliver(preempted(3e6));
    expect(stage.spikes().map(({ incomplete }) => incomplete)).toEqual([true, true, undefined]);
  });

  it('are none when the sequence of the records wraps', () => {
    using stage = new Stage();
    stage.lose(2 ** 32 - 1);
    stage.deliver(preempted(1e6));
    stage.deliver(preempted(2e6));
    stage.deliver(preempted(3e6));
    expect(stage.spikes().every(({ incomplete }) => incomplete === undefined)).toBe(true);
  });
});
