import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as layout from '../../src/layout.js';

const INCLUDE = fileURLToPath(new URL('../../native/include', import.meta.url));

/** `camelCase` to the C spelling; both sides name a field alike but for this. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const STRUCTS = {
  hftmon_thread: layout.THREAD,
  hftmon_cpu: layout.CPU,
  hftmon_counts: layout.COUNTS,
  hftmon_sources: layout.SOURCES,
  hftmon_source: layout.SOURCE,
  hftmon_ksoftirqd: layout.KSOFTIRQD,
  hftmon_delay: layout.DELAY,
  hftmon_tick: layout.TICK,
  hftmon_tlb_sends: layout.TLB_SENDS,
  hftmon_device_work: layout.DEVICE_WORK,
  hftmon_config: layout.CONFIG,
  hftmon_pump_stats: layout.PUMP,
  hftmon_marker_stats: layout.MARKER_STATS,
  hftmon_marker_name_stats: layout.MARKER_NAME_STATS,
  hftmon_open_spans: layout.OPEN_SPANS,
  hftmon_open_call: layout.OPEN_CALL,
  hftmon_open_pair: layout.OPEN_PAIR,
  hftmon_probe_counts: layout.PROBE_COUNTS,
} as const;

const CONSTANTS: Record<string, number> = {
  HFTMON_HIST_BUCKETS: layout.HIST_BUCKETS,
  HFTMON_IRQS: layout.SOURCE_COUNTS.irq,
  HFTMON_SOFTIRQS: layout.SOURCE_COUNTS.softirq,
  HFTMON_VECTORS: layout.SOURCE_COUNTS.vector,
  HFTMON_MARKER_AREAS: layout.MARKER_LIMITS.areas,
  HFTMON_MARKER_AREA_NAMES: layout.MARKER_LIMITS.names,
  HFTMON_SPAN_PROBES: layout.SPAN_PROBE_LIMITS.probes,
  HFTMON_OPEN_PAIRS: layout.SPAN_PROBE_LIMITS.pairs,
  HFTMON_FIRST_PROBE_ORIGIN: layout.SPAN_PROBE_LIMITS.firstOrigin,
  HFTMON_LOOP_PROCESSES: layout.LOOP_LIMITS.processes,
  HFTMON_FIRST_LOOP_ORIGIN: layout.LOOP_LIMITS.firstOrigin,
  ...Object.fromEntries(
    Object.entries(layout.GROUP).map(([name, bit]) => [`HFTMON_GROUP_${name.toUpperCase()}`, bit]),
  ),
  ...Object.fromEntries(
    Object.entries(layout.MEMORY).map(([name, n]) => [`HFTMON_MEMORY_${name.toUpperCase()}`, n]),
  ),
  ...Object.fromEntries(
    Object.entries(layout.THREAD_STATE).map(([name, n]) => [
      `HFTMON_THREAD_${name.toUpperCase()}`,
      n,
    ]),
  ),
};

describe('layout of what C and JavaScript share', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-layout-'));
  let compiled: Record<string, number>;

  beforeAll(() => {
    const lines = Object.entries(STRUCTS).flatMap(([struct, fields]) =>
      Object.keys(fields).map((field) =>
        field === 'bytes'
          ? `printf("${struct}.bytes %zu\\n", sizeof(struct ${struct}));`
          : `printf("${struct}.${field} %zu\\n", offsetof(struct ${struct}, ${snake(field)}));`,
      ),
    );
    const constants = Object.keys(CONSTANTS).map(
      (name) => `printf("${name} %d\\n", (int)${name});`,
    );
    const source = `#include <stdio.h>
#include "hftmon/hftmon.h"
#include "hftmon/markers.h"
#include "hftmon/shared.h"
int main(void) { ${[...lines, ...constants].join('\n')} return 0; }`;
    writeFileSync(join(folder, 'layout.c'), source);
    const program = join(folder, 'layout');
    execFileSync('gcc', ['-I', INCLUDE, join(folder, 'layout.c'), '-o', program]);
    const output = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    compiled = Object.fromEntries(
      output.map((line) => [line.split(' ')[0] as string, Number(line.split(' ')[1])]),
    );
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.entries(STRUCTS))(
    '%s has the offsets that the compiler gives',
    (struct, fields) => {
      for (const [field, offset] of Object.entries(fields)) {
        expect(offset, `${struct}.${field}`).toBe(compiled[`${struct}.${field}`]);
      }
    },
  );

  it('has the constants of the headers', () => {
    for (const [name, value] of Object.entries(CONSTANTS)) {
      expect(value, name).toBe(compiled[name]);
    }
  });
});
