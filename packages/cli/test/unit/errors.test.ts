import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/errors/exit-code-of.js';
import { outputError } from '../../src/errors/output-error.js';
import { usageError } from '../../src/errors/usage-error.js';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/errors.md'), 'utf8');

describe("the command's own errors", () => {
  it.each([usageError('it is wrong', 'do it right'), outputError('out.json', new Error('gone'))])(
    'are listed with class and exit code: $code',
    (error) => {
      const entry = page.split('\n- ').find((text) => text.startsWith(`\`${error.code}\``));
      expect(entry).toContain(`(${error.name})`);
      expect(entry).toContain(`exit code ${exitCodeOf(error)}.`);
    },
  );
});
