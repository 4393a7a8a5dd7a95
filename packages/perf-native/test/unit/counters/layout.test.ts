import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as layout from '../../../src/counters/layout.js';
import { ProgramFolder } from '../../support/program.js';

const INCLUDE = fileURLToPath(new URL('../../../native/include', import.meta.url));

/** `camelCase` to the C spelling. */
const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const { records, ...ringFields } = layout.COUNTER_RING;
const STRUCTS = {
  hftmon_counter_ring: ringFields,
  hftmon_counter_record: layout.COUNTER_RECORD,
  hftmon_counters_stats: layout.COUNTER_STATS,
};
const CONSTANTS: Record<string, number> = {
  HFTMON_COUNTERS_RING: layout.COUNTERS_MEMORY.ring,
  HFTMON_COUNTERS_STATS: layout.COUNTERS_MEMORY.stats,
  HFTMON_COUNTER_GROUPS: layout.COUNTER_LIMITS.groups,
  HFTMON_COUNTER_EVENTS: layout.COUNTER_LIMITS.events,
  HFTMON_COUNTER_BEGIN: layout.CounterStatus.Begin,
  HFTMON_COUNTER_END: layout.CounterStatus.End,
  HFTMON_COUNTER_UNSCHEDULED: layout.CounterStatus.Unscheduled,
  'sizeof(struct hftmon_counter_ring)': records,
};

describe('layout of the counters', () => {
  it('is what the compiler says', () => {
    const expected: Record<string, number> = { ...CONSTANTS };
    for (const [struct, fields] of Object.entries(STRUCTS)) {
      for (const [field, offset] of Object.entries(fields)) {
        expected[`offsetof(struct ${struct}, ${snake(field)})`] = offset;
      }
    }
    const lines = Object.keys(expected).map((name) => `printf("${name} %d\\n", (int)${name});`);
    using folder = new ProgramFolder();
    const program = folder.compile(
      'layout',
      `#include <stdio.h>\n#include "hftmon/counters.h"\nint main(void) { ${lines.join('\n')} }`,
      `-I${INCLUDE}`,
    );
    const output = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    const found = output.map((line) => /^(.*) (\d+)$/.exec(line)!.slice(1) as [string, string]);
    expect(Object.fromEntries(found.map(([name, value]) => [name, Number(value)]))).toEqual(
      expected,
    );
  });
});
