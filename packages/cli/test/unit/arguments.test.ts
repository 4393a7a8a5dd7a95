import { ConfigurationError } from '@hftmon/core';
import { describe, expect, it } from 'vitest';
import { parseDurationOption } from '../../src/args/parse-duration-option.js';
import { parseNames } from '../../src/args/parse-names.js';
import { parsePositive } from '../../src/args/parse-positive.js';
import { parseThresholds } from '../../src/args/parse-thresholds.js';
import { parsePids } from '../../src/args/parse-pids.js';
import { requireTarget } from '../../src/args/require-target.js';
import { splitCommand } from '../../src/args/split-command.js';
import { createProgram } from '../../src/program/create-program.js';

describe('pids', () => {
  it.each([
    ['1', [1]],
    ['1,2', [1, 2]],
    [' 1 , 2 ', [1, 2]],
    ['7,7', [7]],
    ['-5', [-5]],
  ])('%j are %j', (text, pids) => expect(parsePids(text)).toEqual(pids));

  it.each(['', 'a', '1,', ',1', '1.5', '0x10', '1e3', '1 2', '+1'])('refuses %j', (text) =>
    expect(() => parsePids(text)).toThrow('is not a process id'),
  );

  it.each(['99999999999999999999', '-99999999999999999999'])('quotes %s as typed', (text) =>
    expect(() => parsePids(`1,${text}`)).toThrow(new RegExp(`(^| )${text}( |\\.)`)),
  );
});

describe('durations of options', () => {
  it('are nanoseconds', () => expect(parseDurationOption('-d')('1.5ms')).toBe(1_500_000));
  it.each(['0s', '0.0ms'])('refuse %s', (text) =>
    expect(() => parseDurationOption('-d')(text)).toThrow(`-d is ${text}`),
  );
  it('have an example that fits the option', () =>
    expect(() => parseDurationOption('--threshold', '50us')('0us')).toThrow('for example 50us'));
});

describe('thresholds', () => {
  it.each([
    ['10us', 10_000, []],
    ['50us,comm:feed*=10us', 50_000, [{ comm: 'feed*', thresholdUs: 10 }]],
    [
      ' tid:4711=1.5ms , comm:a=b=1us,20us',
      20_000,
      [
        { tid: 4711, thresholdUs: 1500 },
        { comm: 'a=b', thresholdUs: 1 },
      ],
    ],
    ['comm:feed=10us', 50_000, [{ comm: 'feed', thresholdUs: 10 }]],
  ])('%j', (text, thresholdNs, ofThreads) =>
    expect(parseThresholds(text)).toEqual({ thresholdNs, ofThreads }),
  );

  it.each(['', '50us,', '10us,20us', 'tid:0=1us', 'tid:x=1us', 'comm:=1us', 'comm:a=0us', 'a=1us'])(
    'refuse %j',
    (text) => expect(() => parseThresholds(text)).toThrow(ConfigurationError),
  );
});

describe('numbers above 0', () => {
  it.each([
    ['2.5', false, 2.5],
    ['1e3', true, 1000],
  ])('%j', (text, whole, value) => expect(parsePositive('-n', whole)(text)).toBe(value));

  it.each([
    ['', false],
    ['0', false],
    ['-1', true],
    ['1.5', true],
    ['Infinity', false],
    ['x', false],
  ])('refuse %j', (text, whole) =>
    expect(() => parsePositive('-n', whole)(text)).toThrow(`-n is ${text}`),
  );
});

describe('names', () => {
  it('are split and kept once', () => expect(parseNames('--x')('a, b,a')).toEqual(['a', 'b']));
  it('may not be empty', () => expect(() => parseNames('--x')('a,')).toThrow('empty name'));
});

describe('a command to launch', () => {
  it.each([
    [['stat', '-d', '1s'], { own: ['stat', '-d', '1s'], command: undefined }],
    [['stat', '--', 'a', '--', 'b'], { own: ['stat'], command: ['a', '--', 'b'] }],
    [['stat', '--'], { own: ['stat'], command: [] }],
  ])('is what follows the first --: %j', (argv, parts) =>
    expect(splitCommand(argv)).toEqual(parts),
  );

  it('is a target, and so are pids; one of the two', () => {
    expect(requireTarget([1], undefined)).toEqual({ pids: [1] });
    expect(requireTarget(undefined, ['a'])).toEqual({ command: ['a'] });
    expect(() => requireTarget(undefined, undefined)).toThrow('nothing to watch');
    expect(() => requireTarget(undefined, [])).toThrow('no command after --');
    expect(() => requireTarget([1], ['a'])).toThrow('both');
  });
});

describe('help', () => {
  const program = createProgram({
    version: '1.2.3',
    command: undefined,
    onResult: () => undefined,
  });

  it.each(program.commands.map((command) => command.name()))('of %s', (name) => {
    const command = program.commands.find((candidate) => candidate.name() === name)!;
    const help = command.configureHelp({ helpWidth: 100 }).helpInformation();
    expect(help).toMatchSnapshot();
    for (const option of ['--json', '--jsonl', '--output <file>']) expect(help).toContain(option);
  });

  it('lists the verbs', () => {
    expect(program.configureHelp({ helpWidth: 100 }).helpInformation()).toMatchSnapshot();
  });
});
