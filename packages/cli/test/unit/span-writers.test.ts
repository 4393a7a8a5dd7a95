import { describe, expect, it } from 'vitest';
import type { SpikeCorrection } from '@hftmon/monitor';
import type { Format } from '../../src/args/run-options.js';
import type { Output } from '../../src/io/output.js';
import { createSpanWriter, type SpansSummary } from '../../src/verbs/spans/writers.js';

const spans = [{ name: 'order', tid: 7, timestampNs: 1_500_000, durationNs: 90_000 }];
const correction: SpikeCorrection = {
  timestamp: new Date(2026, 0, 2, 3, 4, 5, 6),
  timestampNs: 1_000_000,
  durationNs: 20_000_000,
  incomplete: [],
  spans,
};

const summary: SpansSummary = {
  schema: 'hftmon.spans-summary/1',
  type: 'summary',
  pids: [7],
  durationNs: 2e9,
  budgetNs: 50_000,
  shown: 1,
  corrected: 1,
  spans: [],
  origins: [],
  refused: [],
  probes: [],
  withheld: 0,
  unlisted: 0,
  dropped: 3,
};

function written(format: Format): string {
  let text = '';
  const output = {
    isTerminal: false,
    write: (more: string) => void (text += more),
    line: (line: string) => void (text += `${line}\n`),
  };
  const writer = createSpanWriter(format, output as unknown as Output);
  writer.correction(correction);
  writer.end(summary);
  return text;
}

describe('spans that turned out to be incomplete', () => {
  const json = {
    schema: 'hftmon.correction/1',
    type: 'correction',
    timestampNs: 1_000_000,
    durationNs: 20_000_000,
    spans,
  };

  it('are a line of a stream, and listed in a document', () => {
    expect(JSON.parse(written('jsonl').split('\n')[0]!)).toEqual(json);
    expect(JSON.parse(written('json'))).toMatchObject({ spans: [], corrections: [json] });
  });

  it('are told to people, and counted in the end', () => {
    const lines = written('text').split('\n');
    expect(lines[0]).toBe(
      '03:04:05.006  records were lost in the 20ms from then on: 1 span above may lack parts',
    );
    expect(lines).toContain('1 span shown turned out incomplete: records of that time were lost');
  });
});
