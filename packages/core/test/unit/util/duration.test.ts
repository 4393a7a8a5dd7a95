import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/index.js';
import { seededRandom } from '../../support/random.js';

describe('parseDuration', () => {
  it.each([
    ['10s', 10e9],
    ['1.5s', 1.5e9],
    ['500ms', 500e6],
    ['50us', 50e3],
    ['50µs', 50e3],
    ['0.1us', 100],
    ['1.0007us', 1001],
    ['100ns', 100],
    ['2m', 120e9],
    ['1h', 3600e9],
    ['0s', 0],
    [' 10s ', 10e9],
  ])('reads %s', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each([
    '',
    '10',
    's',
    '-5s',
    '10 s',
    '1e3s',
    '10S',
    '1.s',
    '.5s',
    '5d',
    'Infinitys',
    '9999999h',
    '１s',
  ])('refuses "%s" and names the accepted forms', (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'HFTMON_E_DURATION_INVALID',
        value: text,
        message: expect.stringMatching(/10s.*1\.5s.*500ms.*50us/) as string,
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ns'],
    [999, '999ns'],
    [999.96, '1us'],
    [1000, '1us'],
    [12_345, '12.35us'],
    [999_950, '1ms'],
    [1.5e9, '1.5s'],
    [59.999e9, '1m'],
    [90e9, '1.5m'],
    [7200e9, '2h'],
  ])('writes %d ns as %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });

  it('is read back within its four digits', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 1000; i++) {
      const ns = Math.floor(2 ** (random() * 50));
      expect(Math.abs(parseDuration(formatDuration(ns)) - ns)).toBeLessThanOrEqual(ns * 5e-4 + 1);
    }
  });
});
