import { describe, expect, it } from 'vitest';
import { parseSpanProbe } from '../../src/args/parse-span-probe.js';

describe('--span', () => {
  it.each([
    ['a=strategy:f', { name: 'a', binary: 'strategy', function: 'f' }],
    ['a=/opt/s:n::C::f', { name: 'a', binary: '/opt/s', function: 'n::C::f' }],
    ['a=s:f..g', { name: 'a', binary: 's', function: 'f', until: 'g' }],
    ['a=s:f,nothrow', { name: 'a', binary: 's', function: 'f', nothrow: true }],
    ['a=s:0x1a40', { name: 'a', binary: 's', function: '0x1a40' }],
    ['a=usdt:p:b..p:e', { name: 'a', usdt: { begin: 'p:b', end: 'p:e' } }],
  ])('reads %s', (text, probe) => {
    expect(parseSpanProbe(text)).toEqual([probe]);
  });

  it('adds to those before it', () => {
    const before = parseSpanProbe('a=s:f');
    expect(parseSpanProbe('b=s:g', before).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each(['', 'a', 'a=s', 'a=s:', '=s:f', 'a=s:f..', 'a=s:f..g..h'])('refuses "%s"', (text) => {
    expect(() => parseSpanProbe(text)).toThrow(/--span ".*" is not clear.*write it like/);
  });
});
