import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SCHED_ATTR, SCHED_MASK_WORDS } from '../../../src/native/sched-attr-bindings.js';

const INCLUDE = fileURLToPath(new URL('../../../native/include', import.meta.url));

it('struct hftmon_sched_attr has the offsets that the compiler gives', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-layout-'));
  try {
    const fields = Object.keys(SCHED_ATTR).filter((field) => field !== 'bytes');
    const offsets = fields.map((field) => {
      const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return `offsetof(struct hftmon_sched_attr, ${name})`;
    });
    const values = [...offsets, 'sizeof(struct hftmon_sched_attr)', 'HFTMON_SCHED_MASK_WORDS'];
    const prints = values.map((value) => `printf("%zu\\n", (size_t)(${value}));`).join('');
    const source = `#include <stdio.h>\n#include "hftmon/sched_attr.h"\nint main(void) {${prints}}`;
    writeFileSync(join(folder, 'layout.c'), source);
    execFileSync('gcc', ['-I', INCLUDE, 'layout.c', '-o', 'layout'], { cwd: folder });
    const compiled = execFileSync(join(folder, 'layout'), { encoding: 'utf8' });
    const { bytes, ...expected } = SCHED_ATTR;
    expect(compiled.trim().split('\n').map(Number)).toEqual([
      ...Object.values(expected),
      bytes,
      SCHED_MASK_WORDS,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
