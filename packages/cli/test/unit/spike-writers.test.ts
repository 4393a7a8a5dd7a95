import { describe, expect, it } from 'vitest';
import type { SpikeCorrection } from '@hftmon/monitor';
import type { Format } from '../../src/args/run-options.js';
import type { Output } from '../../src/io/output.js';
import type { SpikesSummary } from '../../src/verbs/spikes/summary.js';
import { createSpikeWriter } from '../../src/verbs/spikes/writers.js';
import { spikeOf, tick } from '../support/spike.js';

const correction: SpikeCorrection = {
  timestamp: new Date(2026, 0, 2, 3, 4, 5, 6),
  timestampNs: 1_000_000,
  durationNs: 20_000_000,
  incomplete: [1, 2],
  spans: [],
};

const summary: SpikesSummary = {
  schema: 'hftmon.summary/1',
  type: 'summary',
  pids: [7],
  durationNs: 2e9,
  thresholdNs: 50_000,
  spikes: { total: 2, byCause: { timer_tick: 2 }, corrected: 2 },
  recommendations: [],
  notObserved: [],
  collectors: {},
  losses: { seen: 9, emitted: 6, filtered: 0, dropped: 3 },
};

/** What is written of two spikes, and so many corrections of both. */
function written(format: Format, corrections = 1): string {
  let text = '';
  const output = {
    isTerminal: false,
    write: (more: string) => void (text += more),
    line: (line: string) => void (text += `${line}\n`),
  };
  const writer = createSpikeWriter(format, output as unknown as Output);
  writer.spike(spikeOf([tick(60_000)], { id: 1 }));
  writer.spike(spikeOf([tick(70_000)], { id: 2 }));
  for (let i = 0; i < corrections; i++) writer.correction(correction);
  writer.end(summary);
  return text;
}

const json = {
  schema: 'hftmon.correction/1',
  type: 'correction',
  timestampNs: 1_000_000,
  durationNs: 20_000_000,
  incomplete: [1, 2],
};

describe('spikes that turned out to be incomplete', () => {
  it('are a line of their own in a stream', () => {
    const objects = written('jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(objects.map(({ type }) => type)).toEqual(['spike', 'spike', 'correction', 'summary']);
    expect(objects[2]).toEqual(json);
  });

  it('are listed in a document, up to 4096 times', () => {
    const { corrections, spikes } = JSON.parse(written('json', 4097)) as Record<string, object[]>;
    expect(spikes).toHaveLength(2);
    expect(corrections).toHaveLength(4096);
    expect(corrections![4095]).toEqual(json);
    expect(JSON.parse(written('json', 0))).toMatchObject({ corrections: [] });
  });

  it('are told to people, and counted in the end', () => {
    const lines = written('text').split('\n');
    expect(lines[2]).toBe(
      '03:04:05.006  records were lost in the 20ms from then on: 2 spikes above may lack parts',
    );
    expect(lines).toContain('2 spikes shown turned out incomplete: records of that time were lost');
  });
});
