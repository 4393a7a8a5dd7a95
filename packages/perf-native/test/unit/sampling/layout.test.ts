import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  EVENT_FLAG,
  SAMPLE,
  SAMPLES,
  SAMPLE_FLAG,
  SAMPLE_STATS,
} from '../../../src/sampling/layout.js';
import { MOST_HITS, WATCH_ACCESS } from '../../../src/watch/watch-access.js';

const INCLUDE = fileURLToPath(new URL('../../../native/include', import.meta.url));

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const upper = (name: string) => name.replace(/(?=[A-Z]|\d\d)/g, '_').toUpperCase();

/** C expression of each value that JavaScript knows. */
const EXPRESSIONS: readonly (readonly [string, number])[] = [
  ...Object.entries(SAMPLE).map(
    ([field, at]) => [`offsetof(struct hftmon_sample, ${snake(field)})`, at] as const,
  ),
  ...Object.entries(SAMPLE_STATS).map(
    ([field, at]) => [`offsetof(struct hftmon_sample_stats, ${snake(field)})`, at] as const,
  ),
  ...Object.entries(SAMPLE_FLAG).map(
    ([name, bit]) => [`HFTMON_SAMPLE_${upper(name)}`, bit] as const,
  ),
  ...Object.entries(EVENT_FLAG).map(([name, bit]) => [`HFTMON_EVENT_${upper(name)}`, bit] as const),
  ['HFTMON_SAMPLES_HEADER_BYTES', SAMPLES.headerBytes],
  ['HFTMON_SAMPLES_SLOTS_OFFSET', SAMPLES.slots],
  ['HFTMON_SAMPLES_SLOT_BYTES_OFFSET', SAMPLES.slotBytes],
  ['HFTMON_SAMPLES_HEAD_OFFSET', SAMPLES.head],
  ['HFTMON_SAMPLES_TAIL_OFFSET', SAMPLES.tail],
  ['HFTMON_SAMPLES_STATS_OFFSET', SAMPLES.stats],
  ['HFTMON_WATCH_MOST_HITS', MOST_HITS],
  ['HFTMON_WATCH_WRITES', WATCH_ACCESS.writes],
  ['HFTMON_WATCH_READS_AND_WRITES', WATCH_ACCESS['reads-and-writes']],
  ['sizeof(struct hftmon_watch_hit)', 24],
  ['sizeof(struct hftmon_sample) % 64', 0],
];

it('what C and JavaScript share is where the compiler puts it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-layout-'));
  try {
    const prints = EXPRESSIONS.map(([expression]) => `printf("%d\\n", (int)(${expression}));`);
    writeFileSync(
      join(folder, 'layout.c'),
      `#include <stdio.h>\n#include "hftmon/samples.h"\n#include "hftmon/watch.h"\n` +
        `int main(void) { ${prints.join('\n')} return 0; }`,
    );
    const program = join(folder, 'layout');
    execFileSync('gcc', ['-I', INCLUDE, join(folder, 'layout.c'), '-o', program]);
    const compiled = execFileSync(program, { encoding: 'utf8' }).trim().split('\n').map(Number);
    EXPRESSIONS.forEach(([expression, value], i) => expect(value, expression).toBe(compiled[i]));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
