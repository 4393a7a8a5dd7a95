import { describe, expect, it } from 'vitest';
import { PF_KTHREAD, parseStat } from '../../../src/process/parse-stat.js';
import { parseIdentity, statusField } from '../../../src/process/parse-status.js';

const tail =
  'S 1 1234 1234 0 -1 4194560 101 0 0 0 7 3 0 0 20 0 5 0 172939 3133440 390 18446744073709551615';

describe('parseStat', () => {
  it('reads the fields', () => {
    expect(parseStat(`1234 (engine) ${tail} 0 0\n`)).toEqual({
      id: 1234,
      comm: 'engine',
      state: 'S',
      flags: 4194560,
      priority: 20,
      policy: 0,
      threads: 5,
      startTimeTicks: 172939,
    });
  });

  it('reads the policy and a real-time priority', () => {
    const fields = `S 1 9 9 0 -1 0 0 0 0 0 0 0 0 0 -51 0 1 0 5 ${'0 '.repeat(17)}50 1 0 0`;
    expect(parseStat(`9 (rt) ${fields}`)).toMatchObject({ priority: -51, policy: 1 });
  });

  it('takes any name', () => {
    for (const comm of ['a b', ') R 1 2 (', '((', '))', '', 'x) S 1 1', 'new\nline']) {
      const stat = parseStat(`7 (${comm}) ${tail}\n`);
      expect(stat).toMatchObject({ comm, state: 'S', startTimeTicks: 172939 });
    }
  });

  it('tells kernel threads by their flag', () => {
    const stat = parseStat(
      '2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 25 0 0 18446744073709551615',
    );
    expect((stat?.flags ?? 0) & PF_KTHREAD).toBe(PF_KTHREAD);
  });

  it('refuses text of another shape', () => {
    for (const text of ['', '12', '12 (a', '12 (a) S 1 2', 'x (a) S']) {
      expect(parseStat(text)).toBeUndefined();
    }
  });
});

describe('status', () => {
  const text =
    'Name:\tengine\nTgid:\t4242\nPid:\t4243\nUid:\t1000\t1001\t1000\t1000\nNSpid:\t4242\t17\t3\nCapEff:\t000001ffffffffff\n';

  it('reads fields and identity', () => {
    expect(statusField(text, 'CapEff')).toBe('000001ffffffffff');
    expect(statusField(text, 'Cap')).toBeUndefined();
    expect(parseIdentity(text)).toEqual({ tgid: 4242, nsPid: 3, uid: 1001 });
  });

  it('leaves out what an old kernel does not print', () => {
    expect(parseIdentity('Tgid:\t9\n')).toEqual({ tgid: 9, nsPid: undefined, uid: undefined });
    expect(parseIdentity('')).toEqual({ tgid: undefined, nsPid: undefined, uid: undefined });
  });
});
