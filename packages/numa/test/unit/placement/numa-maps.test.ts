import { describe, expect, it } from 'vitest';
import { parseNumaMaps } from '../../../src/placement/numa-maps.js';

/**
 * Lines captured on a kernel 6.18 (default policy), and written from
 * Documentation/filesystems/proc.rst and mm/mempolicy.c of Linux (the other policies, two nodes).
 */
const TEXT = `562c75669000 default file=/usr/bin/cat mapped=2 mapmax=9 N0=2 kernelpagesize_kB=4
562cb4da8000 default heap anon=4 dirty=4 active=0 N0=3 N1=1 kernelpagesize_kB=4
7fc7bc245000 bind:1 anon=1009 dirty=1009 active=0 N1=1009 kernelpagesize_kB=4
7fc7bd000000 bind=static:0-1 huge anon=3 dirty=3 N0=2 N1=1 kernelpagesize_kB=2048
7fc7be000000 prefer (many):0,2 anon=5 dirty=5 N0=5 kernelpagesize_kB=4
7fc7bf000000 weighted interleave:0-1 anon=8 dirty=8 N0=6 N1=2 kernelpagesize_kB=4
7fc7bf100000 bind=static|balancing:1 file=/dev/shm/order\\040book\\040(deleted) mapped=11 N1=11 kernelpagesize_kB=4
7fc7bc247000 local
7ffe91f5f000 default stack anon=3 dirty=3 active=1 N0=3 kernelpagesize_kB=4
`;

describe('numa_maps', () => {
  const mappings = parseNumaMaps(TEXT);

  it('has one mapping per line', () => {
    expect(mappings.map(({ start }) => start.toString(16))).toEqual(
      TEXT.trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    );
    expect(mappings.map(({ kind }) => kind)).toEqual([
      'file',
      'heap',
      'anonymous',
      'anonymous',
      'anonymous',
      'anonymous',
      'file',
      'anonymous',
      'stack',
    ]);
  });

  it('counts pages by node, of their own size', () => {
    expect([...mappings[1]!.pagesByNode]).toEqual([
      [0, 3],
      [1, 1],
    ]);
    expect(mappings[3]).toMatchObject({ hugetlb: true, pageBytes: 2 ** 21, anonymousPages: 3 });
    expect(mappings[7]!.pagesByNode.size).toBe(0);
    expect(mappings[0]).toMatchObject({ mostSharers: 9, pageBytes: 4096, hugetlb: false });
  });

  it('tells the policy, also one with a space in its name', () => {
    expect(mappings.map(({ policy }) => policy)).toEqual([
      { mode: 'default', flags: [], nodes: [] },
      { mode: 'default', flags: [], nodes: [] },
      { mode: 'bind', flags: [], nodes: [1] },
      { mode: 'bind', flags: ['static'], nodes: [0, 1] },
      { mode: 'prefer (many)', flags: [], nodes: [0, 2] },
      { mode: 'weighted interleave', flags: [], nodes: [0, 1] },
      { mode: 'bind', flags: ['static', 'balancing'], nodes: [1] },
      { mode: 'local', flags: [], nodes: [] },
      { mode: 'default', flags: [], nodes: [] },
    ]);
  });

  it('unescapes the path', () => {
    expect(mappings[6]!.file).toBe('/dev/shm/order book (deleted)');
  });

  it('leaves out what is no such line', () => {
    expect(parseNumaMaps('rubbish\n\u0000\uffff:\n-1\n7f00 unheard-of N0=3\n')).toEqual([]);
    expect(parseNumaMaps('')).toEqual([]);
  });
});
