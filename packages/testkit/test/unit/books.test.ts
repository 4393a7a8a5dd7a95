import { describe, expect, it } from 'vitest';
import {
  FakeRoots,
  cpuTableDelta,
  cpuTableText,
  parseBpfFdinfo,
  parseCapabilities,
  parseCpuList,
  parseCpuTable,
  parseSchedstat,
  parseTaskStat,
  parseTaskStatus,
  readSwitches,
  readTaskStat,
  switchesDelta,
  writeFakeProcess,
} from '../../src/index.js';

describe('parseTaskStatus', () => {
  it('reads the fields of a captured file', () => {
    const text = [
      'Name:\tworker: 1',
      'Umask:\t0022',
      'State:\tt (tracing stop)',
      'Tgid:\t100',
      'Pid:\t101',
      'TracerPid:\t99',
      'voluntary_ctxt_switches:\t23',
      'nonvoluntary_ctxt_switches:\t5',
      '',
    ].join('\n');
    expect(parseTaskStatus(text)).toEqual({
      name: 'worker: 1',
      state: 't',
      tgid: 100,
      tid: 101,
      tracerPid: 99,
      voluntarySwitches: 23,
      involuntarySwitches: 5,
    });
  });

  it('refuses a text without the counts', () => {
    expect(() => parseTaskStatus('Name:\tx\nTgid:\t1\nPid:\t1\nTracerPid:\t0\n')).toThrow(
      'voluntary_ctxt_switches',
    );
  });
});

describe('parseTaskStat', () => {
  it('survives a name with parentheses and blanks', () => {
    const fields = Array.from({ length: 50 }, (_, i) => i + 3).join(' ');
    const stat = parseTaskStat(`7 (a) b (c)) ${fields}\n`);
    expect(stat).toMatchObject({ tid: 7, comm: 'a) b (c)', minorFaults: 10, majorFaults: 12 });
    expect(stat).toMatchObject({ startTimeTicks: 22, cpu: 39 });
  });

  it.each(['', 'rubbish', '1 (x) S'])('refuses %j', (text) => {
    expect(() => parseTaskStat(text)).toThrow();
  });
});

describe('parseSchedstat', () => {
  it('reads three numbers, and nothing else', () => {
    expect(parseSchedstat('12 34 5\n')).toEqual({ onCpuNs: 12, runQueueNs: 34, timeslices: 5 });
    expect(() => parseSchedstat('12 34\n')).toThrow();
  });
});

describe('parseCpuTable', () => {
  const text = [
    '           CPU0       CPU2',
    '  24:          5         70   PCI-MSI 0-edge      virtio0-input.0',
    ' LOC:        100        200   Local timer interrupts',
    ' ERR:          3',
    '',
  ].join('\n');

  it('knows which CPU a column is, and rows with one count', () => {
    const table = parseCpuTable(text);
    expect(table.cpus).toEqual([0, 2]);
    expect(table.rows.get('24')).toEqual({
      label: '24',
      counts: [5, 70],
      total: 75,
      description: 'PCI-MSI 0-edge virtio0-input.0',
    });
    expect(table.rows.get('ERR')?.counts).toEqual([3]);
  });

  it('subtracts, with rows that are new', () => {
    const after = parseCpuTable(text.replace('70', '75').replace(' ERR', ' NEW'));
    const delta = cpuTableDelta(parseCpuTable(text), after);
    expect(delta.get('24')).toMatchObject({ counts: [0, 5], total: 5 });
    expect(delta.get('NEW')?.total).toBe(3);
    expect(delta.has('LOC')).toBe(false);
  });

  it('reads what the fake writes', () => {
    const table = parseCpuTable(cpuTableText(2, [{ label: 'NET_RX', counts: [1, 2] }]));
    expect(table.rows.get('NET_RX')?.counts).toEqual([1, 2]);
  });
});

describe('parseBpfFdinfo', () => {
  it.each([
    ['pos:\t0\nprog_type:\t26\nprog_jited:\t1\nprog_id:\t17\n', { type: 'prog', id: 17 }],
    ['pos:\t0\nmap_type:\t27\nkey_size:\t0\nmap_id:\t4\n', { type: 'map', id: 4 }],
    ['link_type:\ttracing\nlink_id:\t9\nprog_tag:\tab\nprog_id:\t17\n', { type: 'link', id: 9 }],
    ['pos:\t0\nflags:\t02\neventfd-count: 0\n', undefined],
  ])('tells what %j is', (text, expected) => {
    expect(parseBpfFdinfo(text)).toEqual(expected);
  });
});

describe('readers with another root', () => {
  it('read fake processes', () => {
    using roots = new FakeRoots();
    writeFakeProcess(roots, {
      pid: 10,
      comm: 'a b',
      threads: [
        { tid: 10, voluntarySwitches: 3 },
        { tid: 11, involuntarySwitches: 4, minorFaults: 5 },
      ],
    });
    const before = readSwitches(10, roots.procRoot);
    expect(before.get(10)).toEqual({ voluntary: 3, involuntary: 0 });
    expect(readTaskStat(10, 11, roots.procRoot)).toMatchObject({ comm: 'a b', minorFaults: 5 });
    writeFakeProcess(roots, { pid: 10, threads: [{ tid: 10, voluntarySwitches: 5 }, { tid: 12 }] });
    const delta = switchesDelta(before, readSwitches(10, roots.procRoot));
    expect(delta.get(10)).toEqual({ voluntary: 2, involuntary: 0 });
    expect(delta.get(12)).toEqual({ voluntary: 0, involuntary: 0 });
  });
});

describe('small parsers', () => {
  it('parse CPU lists', () => {
    expect(parseCpuList('0-2,5\n')).toEqual([0, 1, 2, 5]);
    expect(parseCpuList('\n')).toEqual([]);
  });

  it('parse capabilities', () => {
    const caps = parseCapabilities('Name:\tx\nCapEff:\t0000008000000020\n');
    expect([...caps].sort()).toEqual(['CAP_BPF', 'CAP_KILL']);
    expect(parseCapabilities('').size).toBe(0);
  });
});
