import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NOISE_MEMORY, NOISE_ON_TIME_NS, NOISE_STATS } from '../../../src/noise/layout.js';
import {
  HISTOGRAM,
  HISTOGRAM_SHAPE,
  POLLER_END,
  POLLER_MOST_NS,
  POLLER_STATS,
} from '../../../src/poller/layout.js';
import {
  MOST_SAMPLED_THREADS,
  SAMPLED_STATES,
  SAMPLED_THREAD,
  THREAD_SAMPLER_MEMORY,
} from '../../../src/states/layout.js';
import { ProgramFolder } from '../../support/program.js';

const INCLUDE = fileURLToPath(new URL('../../../native/include', import.meta.url));

/** `camelCase` to the C spelling. */
const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const STRUCTS = {
  hftmon_poller_stats: POLLER_STATS,
  hftmon_histogram: HISTOGRAM,
  hftmon_noise_stats: NOISE_STATS,
  hftmon_sampled_thread: SAMPLED_THREAD,
};

const numbered = (prefix: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}_${name.toUpperCase()}`, value]),
  );

const CONSTANTS: Record<string, number> = {
  ...numbered('HFTMON_POLLER', POLLER_END),
  ...numbered('HFTMON_NOISE', NOISE_MEMORY),
  ...numbered('HFTMON_THREAD_SAMPLER', THREAD_SAMPLER_MEMORY),
  ...Object.fromEntries(
    SAMPLED_STATES.map((state, i) => [`HFTMON_SAMPLED_${state.toUpperCase()}`, i]),
  ),
  HFTMON_SAMPLED_STATES: SAMPLED_STATES.length,
  HFTMON_SAMPLED_THREADS: MOST_SAMPLED_THREADS,
  HFTMON_NOISE_ON_TIME_NS: NOISE_ON_TIME_NS,
  HFTMON_POLLER_MOST_NS: POLLER_MOST_NS,
  HFTMON_HISTOGRAM_BITS: HISTOGRAM_SHAPE.bits,
  HFTMON_HISTOGRAM_BUCKETS: HISTOGRAM_SHAPE.buckets,
};

describe('layout of what pollers share', () => {
  it('is what the compiler says', () => {
    const expected: Record<string, number> = { ...CONSTANTS };
    for (const [struct, fields] of Object.entries(STRUCTS)) {
      for (const [field, offset] of Object.entries(fields)) {
        const name =
          field === 'bytes'
            ? `sizeof(struct ${struct})`
            : `offsetof(struct ${struct}, ${snake(field)})`;
        expected[name] = offset;
      }
    }
    const lines = Object.keys(expected).map(
      (name) => `printf("${name} %lld\\n", (long long)${name});`,
    );
    using folder = new ProgramFolder();
    const program = folder.compile(
      'layout',
      `#include <stdio.h>
#include "hftmon/noise.h"
#include "hftmon/thread_states.h"
int main(void) { ${lines.join('\n')} }`,
      `-I${INCLUDE}`,
    );
    const output = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    const found = output.map((line) => /^(.*) (\d+)$/.exec(line)!.slice(1) as [string, string]);
    expect(Object.fromEntries(found.map(([name, value]) => [name, Number(value)]))).toEqual(
      expected,
    );
  });
});
