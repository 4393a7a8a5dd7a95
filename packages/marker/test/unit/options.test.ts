import { describe, expect, it } from 'vitest';
import { validateName, validateOptions } from '../../src/marker-options.js';

const invalid = expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' });

describe('options of markers', () => {
  it.each([{}, { threads: 1, marks: 64 }, { threads: 4096 }, { marks: 2 ** 20 }])(
    'may be %o',
    (options) => {
      expect(() => validateOptions(options)).not.toThrow();
    },
  );

  it.each([
    { threads: 0 },
    { threads: 4097 },
    { threads: 1.5 },
    { marks: 32 },
    { marks: 100 },
    { marks: 2 ** 21 },
    { marks: NaN },
  ])('may not be %o', (options) => {
    expect(() => validateOptions(options)).toThrow(invalid);
  });
});

describe('names', () => {
  it.each(['a', 'ö'.repeat(31), 'x'.repeat(63)])('may be %s', (name) => {
    expect(() => validateName(name)).not.toThrow();
  });

  it.each(['', 'x'.repeat(64), 'ö'.repeat(32), 'a\0b'])('may not be %j', (name) => {
    expect(() => validateName(name)).toThrow(invalid);
  });
});
