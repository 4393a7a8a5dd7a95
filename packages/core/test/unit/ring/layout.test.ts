import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  KERNEL_KINDS,
  RECORD_BYTES,
  RECORD_OFFSET,
  RECORD_PAYLOAD_WORDS,
  RING_HEADER_BYTES,
  RING_MAGIC,
  RING_OFFSET,
  RING_VERSION,
  RecordKind,
} from '../../../src/index.js';

const include = join(import.meta.dirname, '../../../../perf-native/native/include');
const skip = !existsSync(include) ? 'no C headers here' : hasCompiler() ? '' : 'no C compiler here';

describe('layout shared with C', () => {
  it('has the same offsets, sizes and constants as the C compiler says', (context) => {
    if (skip !== '') return context.skip(skip);
    expect(Object.fromEntries(askCompiler())).toEqual({
      ...prefixed('RING_', {
        MAGIC: RING_MAGIC,
        VERSION: RING_VERSION,
        HEADER_BYTES: RING_HEADER_BYTES,
        MAGIC_OFFSET: RING_OFFSET.magic,
        VERSION_OFFSET: RING_OFFSET.version,
        CAPACITY_OFFSET: RING_OFFSET.capacity,
        RECORD_BYTES_OFFSET: RING_OFFSET.recordBytes,
        EPOCH_OFFSET: RING_OFFSET.epoch,
        HEAD_OFFSET: RING_OFFSET.head,
        INTENT_OFFSET: RING_OFFSET.intent,
        TAIL_OFFSET: RING_OFFSET.tail,
        REFUSED_OFFSET: RING_OFFSET.refused,
      }),
      RECORD_BYTES,
      PAYLOAD_WORDS: RECORD_PAYLOAD_WORDS,
      KERNEL_KINDS,
      ...kinds(),
      sizeof: RECORD_BYTES,
      timestamp: RECORD_OFFSET.timestampNs,
      duration: RECORD_OFFSET.durationNs,
      tid: RECORD_OFFSET.tid,
      cpu: RECORD_OFFSET.cpu,
      kind: RECORD_OFFSET.kind,
      w: RECORD_OFFSET.payload,
      commit: RECORD_OFFSET.commit,
    });
  });
});

/** `ThreadStart` → `THREAD_START`. */
function kinds(): Record<string, number> {
  return Object.fromEntries(
    Object.entries(RecordKind).map(([name, kind]) => [
      name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase(),
      kind,
    ]),
  );
}

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, n]) => [prefix + name, n]));
}

function askCompiler(): [string, number][] {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-layout-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ring = 'MAGIC VERSION HEADER_BYTES MAGIC_OFFSET VERSION_OFFSET CAPACITY_OFFSET';
  const more =
    'RECORD_BYTES_OFFSET EPOCH_OFFSET HEAD_OFFSET INTENT_OFFSET TAIL_OFFSET REFUSED_OFFSET';
  const constants = [
    ...`${ring} ${more}`.split(' ').map((name) => `RING_${name}`),
    'RECORD_BYTES',
    'PAYLOAD_WORDS',
    'KERNEL_KINDS',
    ...Object.keys(kinds()),
  ];
  const fields = ['timestamp', 'duration', 'tid', 'cpu', 'kind', 'w', 'commit'];
  const lines = [
    ...constants.map((name) => `P("${name}", HFTMON_${name});`),
    ...fields.map((name) => `P("${name}", offsetof(struct hftmon_record, ${name}));`),
    'P("sizeof", sizeof(struct hftmon_record));',
  ];
  const source = `#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "hftmon/record.h"
#include "hftmon/ring_layout.h"
#define P(name, value) printf("%s %llu\\n", name, (unsigned long long)(value))
int main(void) { ${lines.join('\n')} return 0; }`;
  writeFileSync(join(folder, 'layout.c'), source);
  const program = join(folder, 'layout');
  execFileSync('gcc', ['-std=c11', '-Werror', '-I', include, '-o', program, `${program}.c`]);
  const output = execFileSync(program, { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [name, value] = line.split(' ');
      return [name as string, Number(value)];
    });
}

function hasCompiler(): boolean {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
