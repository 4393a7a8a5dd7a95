import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  ERROR_TABLE,
  HardwareNotSupportedError,
  MonitorError,
  PermissionError,
  ProcessNotFoundError,
  createError,
  isMonitorError,
  toMonitorError,
  type ErrorCode,
} from '../../../src/index.js';
import { factsOf } from '../../../src/errors/create-error.js';

const codes = Object.keys(ERROR_TABLE) as ErrorCode[];
const classes = {
  MonitorError,
  ConfigurationError,
  PermissionError,
  ProcessNotFoundError,
  HardwareNotSupportedError,
};

describe('every error of the table', () => {
  it.each(codes)('%s fills its templates and carries its facts', (code) => {
    const row = ERROR_TABLE[code];
    const names = factsOf(row.what + row.remedy);
    const facts = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const cause = new Error('why');
    const error = createError(code, facts, { cause });
    expect(error.constructor).toBe(classes[row.type]);
    expect(error).toBeInstanceOf(MonitorError);
    expect(error.name).toBe(row.type);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(cause);
    expect(error.message).not.toMatch(/[{}\n]/);
    expect(error.message).toContain(error.remedy);
    for (const name of names) {
      expect(error.message).toContain(`<${name}>`);
      // A fact named like a member of Error would be hidden by it; `remedy` is the same text.
      expect(error).toHaveProperty(name, `<${name}>`);
    }
  });

  it.each(codes)('%s reads well', (code) => {
    const { what, remedy } = ERROR_TABLE[code];
    expect(code).toMatch(/^HFTMON_E_[A-Z]+(_[A-Z]+)*$/);
    expect(what).not.toMatch(/\.$/);
    expect(remedy).not.toMatch(/\.$/);
    expect(remedy.length).toBeGreaterThan(7);
  });
});

describe('docs/errors.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../../docs/errors.md'), 'utf8');
  const sections = page.split(/^## /m).slice(1);

  it('lists every code, and none else, in the order of the table', () => {
    expect(sections.map((section) => section.split('\n')[0])).toEqual(codes);
  });

  it.each(codes)('gives class, meaning and remedy of %s', (code) => {
    const { type, what, remedy } = ERROR_TABLE[code];
    const words = `${code}\n\n${type}: ${what}.\n\nRemedy: ${remedy}.\n`;
    const expected = words.replace(/\{(\w+)\}/g, '_$1_');
    const section = sections.find((text) => text.startsWith(`${code}\n`));
    expect(section?.trim()).toBe(expected.trim());
  });
});

describe('isMonitorError', () => {
  it('goes by the brand, so that another copy of the package counts', () => {
    expect(isMonitorError(createError('HFTMON_E_INTERNAL'))).toBe(true);
    expect(isMonitorError({ [Symbol.for('hftmon.error')]: true })).toBe(true);
    for (const other of [new Error('x'), undefined, null, 'text', {}]) {
      expect(isMonitorError(other)).toBe(false);
    }
  });
});

describe('toMonitorError', () => {
  it('keeps its own and wraps the others', () => {
    const own = createError('HFTMON_E_PROCESS_NOT_FOUND', { pid: 1 });
    expect(toMonitorError(own, 'start')).toBe(own);
    const wrapped = toMonitorError('text', 'start');
    expect(wrapped.code).toBe('HFTMON_E_INTERNAL');
    expect(wrapped.message).toContain('start failed unexpectedly: text');
    expect(wrapped.cause).toBe('text');
  });
});

describe('a fact', () => {
  it('never replaces a member of the error', () => {
    const error = createError('HFTMON_E_INTERNAL', {
      message: 'mine',
      operation: 'x',
      detail: 'y',
    });
    expect(error.message).toContain('x failed');
    expect(error.facts['message']).toBe('mine');
  });
});
