import { describe, expect, it } from 'vitest';
import type { ReceiptPart } from '@hftmon/monitor';
import { partText } from '../../src/format/evidence.js';
import { lossText } from '../../src/format/loss-text.js';
import { formatCount, plural } from '../../src/format/plural.js';
import { shortDuration } from '../../src/format/short-duration.js';
import { spikeLine } from '../../src/format/spike-text.js';
import { formatTable } from '../../src/format/table.js';
import { styleFor } from '../../src/io/style.js';
import { metricText } from '../../src/verbs/stat/metric-text.js';
import { preemption, spikeOf, tick } from '../support/spike.js';

const plain = styleFor(false);
const timer = { dueNs: 1, lateNs: 35_000, slackNs: 0, cpu: 1, ns: 900 };
const waker = { tid: 4, comm: 'feed' };

describe('numbers', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1 000'],
    [1234567, '1 234 567'],
  ])('%d is %s', (count, text) => expect(formatCount(count)).toBe(text));

  it('go with their noun', () => {
    expect(plural(1, 'spike')).toBe('1 spike');
    expect(plural(2000, 'spike')).toBe('2 000 spikes');
  });

  it.each([
    [0, '0ns'],
    [1234, '1.23us'],
    [999_999, '1ms'],
    [61e9, '1.017m'],
  ])('%d ns is %s', (ns, text) => expect(shortDuration(ns)).toBe(text));
});

describe('tables', () => {
  it('align their columns and end no line in blanks', () => {
    const columns = [{ title: 'name' }, { title: 'n', align: 'right' as const }, { title: 'x' }];
    const rows = [
      ['long name', '1', ''],
      ['a', '100', 'z'],
    ];
    expect(formatTable(columns, rows)).toEqual([
      'name         n  x',
      'long name    1',
      'a          100  z',
    ]);
  });
});

describe('evidence', () => {
  it.each([
    [preemption(3000), 'preemption 3us (by hog/9 SCHED_FIFO)'],
    [tick(1500), 'timer_tick 1.5us (×2)'],
    [
      part('run_queue_wait', 'context_switch', {
        by: [{ tid: 9, comm: 'cc', policy: 'SCHED_OTHER', ns: 1, count: 1 }],
        tasksAhead: 1,
        waker,
        wokenByInterrupt: false,
        cpu: 1,
        count: 1,
      }),
      'run_queue_wait 1us (behind cc/9, woken by feed/4)',
    ],
    [
      part('run_queue_wait', 'context_switch', { by: [], waker, wokenByInterrupt: true }),
      'run_queue_wait 1us (woken by an interrupt)',
    ],
    [
      part('run_queue_wait', 'context_switch', { by: [], waker: { tid: 0, comm: 'swapper/1' } }),
      'run_queue_wait 1us',
    ],
    [
      part('late_wakeup', 'blocking', {
        wokenByInterrupt: true,
        cpu: 1,
        count: 1,
        wokenNs: 1,
        ranNs: 2,
      }),
      'late_wakeup 1us (CPU 1 was idle, woken by an interrupt)',
    ],
    [
      part('late_wakeup', 'blocking', {
        wokenByInterrupt: true,
        cpu: 2,
        count: 1,
        wokenNs: 1,
        ranNs: 2,
        timer: { ...timer, idle: { state: 2, name: 'C6', exitLatencyUs: 133 } },
      }),
      'late_wakeup 1us (its timer 35us late on CPU 1 in C6, woken by an interrupt)',
    ],
    [
      part('late_wakeup', 'blocking', {
        wokenByInterrupt: true,
        cpu: 1,
        count: 1,
        wokenNs: 1,
        timer,
      }),
      'late_wakeup 1us (its timer 35us late on CPU 1, woken by an interrupt)',
    ],
    [
      part('stopped', 'context_switch', {
        by: 'signal',
        signal: 'SIGSTOP',
        sender: waker,
        count: 1,
      }),
      'stopped 1us (SIGSTOP, from feed/4)',
    ],
    [
      part('lock_wait', 'blocking', {
        ns: 1,
        count: 1,
        futexAddress: '0x10',
        operation: 'FUTEX_LOCK_PI',
        releasedBy: { ...waker, ns: 1, count: 1 },
        priorityInversion: true,
        locks: [],
      }),
      'lock_wait 1us (futex 0x10, held by feed/4, priority inversion)',
    ],
    [
      part('lock_wait', 'blocking', {
        futexAddress: '0x10',
        operation: 'FUTEX_WAIT',
        releasedBy: waker,
      }),
      'lock_wait 1us (futex 0x10, released by feed/4)',
    ],
    [
      part('lock_wait', 'blocking', { futexAddress: '0x10', releasedBy: { tid: 0 } }),
      'lock_wait 1us (futex 0x10)',
    ],
    [
      part('io_wait', 'blocking', {
        syscall: { number: 74, name: 'fsync' },
        fd: 3,
        file: '/var/log/x',
        inIoWait: true,
        wokenByInterrupt: true,
        count: 1,
      }),
      'io_wait 1us (in fsync, of /var/log/x)',
    ],
    [
      part('ipi', 'interrupt', {
        types: [{ type: 'call_function', ns: 1, count: 3 }],
        tlbFlushes: 3,
        senders: [{ ...waker, cpu: 0, ns: 1, count: 3, callSiteName: 'flush+0x1' }],
      }),
      'ipi 1us (call_function ×3, TLB flush ×3, from feed/4 at flush+0x1)',
    ],
    [
      part('page_fault', 'memory', {
        minor: 512,
        major: 0,
        blockedNs: 0,
        faults: [{ address: '0x7f00', type: 'minor', ns: 1, mapping: '[heap]' }],
      }),
      'page_fault 1us (512 minor, at 0x7f00 [heap])',
    ],
    [
      part('syscall', 'application', {
        calls: Array.from({ length: 5 }, (_, number) => ({
          number,
          name: `c${number}`,
          ns: 1,
          count: 1,
        })),
      }),
      'syscall 1us (c0, c1, c2 and 2 more)',
    ],
    [part('unexplained', 'unknown', { betweenNs: 0, notRuledOut: [] }), 'unexplained 1us'],
    [part('unexplained', 'unknown', { betweenNs: 1000, notRuledOut: [] }), 'between them 1us'],
    [
      part('unexplained', 'unknown', { betweenNs: 400, notRuledOut: [] }),
      'unexplained 600ns + between them 400ns',
    ],
  ])('of %j reads as %s', (given, text) => expect(partText(given)).toBe(text));
});

describe('a spike', () => {
  it('is one line', () => {
    expect(spikeLine(spikeOf([preemption(3_000_000), tick(20_000)]), plain)).toBe(
      '03:04:05.006  engine/7                cpu 1    3.02ms  preemption      preemption 3ms (by hog/9 SCHED_FIFO) + timer_tick 20us (×2)',
    );
  });

  it('says which it replaces', () =>
    expect(spikeLine(spikeOf([tick(90_000)], { supersedes: [4, 5] }), plain)).toMatch(
      / \[replaces 2 above\]$/,
    ));

  it.each([
    ['incomplete', 'records were lost'],
    ['truncated', 'more happened than is kept'],
    ['estimated', 'a return to the CPU was not traced'],
  ])('says when it is %s', (flag, text) => {
    const line = spikeLine(spikeOf([tick(90_000)], { [flag]: true }), plain);
    expect(line.endsWith(` [${text}]`)).toBe(true);
  });
});

describe('metrics', () => {
  it.each([
    [1500, 'ns', '1.5us'],
    [1500, 'count', '1 500'],
    [0.123456, 'ratio', '0.1235'],
    [{ count: 0, percentiles: [] }, 'ns', 'none'],
    [
      { count: 3, min: 1, max: 3000, percentiles: [{ percent: 99, value: 2000 }] },
      'ns',
      'min 1ns, p99 2us, max 3us, of 3',
    ],
    [
      { count: 3, min: 0, max: 2, percentiles: [{ percent: 50, value: 1 }] },
      'count',
      'min 0, p50 1, max 2, of 3',
    ],
  ])('%j %s is %s', (value, unit, text) => expect(metricText(value, unit)).toBe(text));

  it('tell what was lost', () => {
    const losses = { seen: 10, emitted: 5, filtered: 3, dropped: 2 };
    expect(lossText(losses)).toBe('events: 10 seen, 5 recorded, 3 filtered, 2 lost');
    expect(lossText({ ...losses, dropped: 0 })).toMatch(/none lost$/);
  });
});

describe('escape codes', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s, %j: %s', (terminal, env, coloured) =>
    expect(styleFor(terminal, env).bold('x') !== 'x').toBe(coloured),
  );
});

function part(
  cause: ReceiptPart['cause'],
  causeClass: ReceiptPart['causeClass'],
  details: unknown,
): ReceiptPart {
  return { cause, causeClass, ns: 1000, details } as ReceiptPart;
}
