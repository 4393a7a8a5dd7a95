import { describe, expect, it } from 'vitest';
import { createError } from '@hftmon/core';
import { describeError } from '../../src/errors/describe-error.js';
import { exitCodeOf } from '../../src/errors/exit-code-of.js';
import { usageError } from '../../src/errors/usage-error.js';

describe('exit codes', () => {
  it.each([
    [usageError('it is wrong', 'do it right'), 2],
    [createError('HFTMON_E_CPU_NOT_FOUND'), 2],
    [createError('HFTMON_E_CAPABILITY_MISSING'), 3],
    [createError('HFTMON_E_FILES_EXHAUSTED'), 3],
    [createError('HFTMON_E_BTF_MISSING'), 3],
    [createError('HFTMON_E_PROCESS_NOT_FOUND'), 4],
    [createError('HFTMON_E_NATIVE_CALL'), 1],
    [new Error('what?'), 1],
    ['what?', 1],
  ])('%s is %i', (error, code) => expect(exitCodeOf(error)).toBe(code));
});

describe('errors', () => {
  it('are one line with what, remedy and code', () => {
    expect(describeError(usageError('it is wrong', 'do it right'))).toBe(
      'hftmon: it is wrong. Remedy: do it right [HFTMON_E_USAGE]',
    );
    expect(describeError(new Error('first\n  second'))).toMatch(
      /^hftmon: hftmon failed unexpectedly: first; second\. Remedy: [^\n]+ \[HFTMON_E_INTERNAL\]$/,
    );
  });
});
