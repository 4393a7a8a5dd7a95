import { describe, expect, it } from 'vitest';
import { PerfMap } from '../../../src/symbols/perf-map.js';

describe('PerfMap', () => {
  it('finds functions, with spaces in their names', () => {
    const map = new PerfMap();
    map.append('3ef414c0 398 JS:*run file:///srv/app.js:10:5\n3ef41858 20 Builtin:Abort\n');
    expect(map.size).toBe(2);
    expect(map.find(0x3ef414c0n)).toEqual({
      name: 'JS:*run file:///srv/app.js:10:5',
      start: 0x3ef414c0n,
    });
    expect(map.find(0x3ef41857n)?.name).toBe('JS:*run file:///srv/app.js:10:5');
    expect(map.find(0x3ef41877n)?.name).toBe('Builtin:Abort');
    expect(map.find(0x3ef41878n)).toBeUndefined();
    expect(map.find(0x3ef414bfn)).toBeUndefined();
  });

  it('takes a file in pieces that end anywhere', () => {
    const text = '1000 10 one\n2000 10 two\n3000 10 three\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const map = new PerfMap();
      map.append(text.slice(0, cut));
      map.find(0x1000n);
      map.append(text.slice(cut));
      expect([0x1000n, 0x2000n, 0x3000n].map((at) => map.find(at)?.name)).toEqual([
        'one',
        'two',
        'three',
      ]);
    }
  });

  it('believes the later of two lines for the same memory', () => {
    const map = new PerfMap();
    map.append('1000 100 old\n');
    expect(map.find(0x1050n)?.name).toBe('old');
    map.append('1040 20 new\n');
    expect(map.find(0x1050n)?.name).toBe('new');
    expect(map.find(0x1030n)?.name).toBe('old');
    expect(map.find(0x1070n)?.name).toBe('old');
    map.append('1000 100 newest\n');
    expect(map.find(0x1050n)?.name).toBe('newest');
  });

  it('leaves out lines of another shape', () => {
    const map = new PerfMap();
    map.append('\nnot hex at all\n1000\nffffffffffffffffffff 10 far\n0x2000 0x10 prefixed\n');
    expect(map.size).toBe(1);
    expect(map.find(0x2000n)?.name).toBe('prefixed');
  });
});
