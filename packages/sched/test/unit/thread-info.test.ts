import { describe, expect, it } from 'vitest';
import { FakeClock, FakeEventSource } from '@hftmon/testkit';
import type { ThreadTotals } from '@hftmon/core';
import { Stage } from '../support/stage.js';
import { present } from '../../src/support.js';
import { threadInfo, type InfoContext } from '../../src/thread-info.js';
import type { ThreadTrack } from '../../src/threads/thread-track.js';
import type { ProcessUsage } from '../../src/usage/process-usage.js';

function infoOf(track: ThreadTrack | undefined) {
  const { finder } = new Stage();
  const context: InfoContext = {
    clock: new FakeClock(),
    source: new FakeEventSource(),
    windowNs: Infinity,
    percentiles: [50],
    finder,
    attributesIntervalMs: 100,
    seesLentPriorities: false,
  };
  const totals = { tid: 7, pid: 5, comm: 'x', state: 'running' } as ThreadTotals;
  const row = { totals, track, usage: undefined };
  const source = present('kernel', 'test');
  const usage: ProcessUsage = {
    rows: [row],
    cpuNs: 0,
    source,
    isWindow: false,
    nowNs: 0,
    fromNs: -Infinity,
  };
  return threadInfo(row, usage, context);
}

describe('what is absent says why', () => {
  it('when the kernel refuses to tell attributes', () => {
    const track = new Stage().thread(7, 120);
    track.errno = 13;
    const { schedulingClass, sources } = infoOf(track);
    expect(schedulingClass).toBeUndefined();
    expect(sources.priority).toMatchObject({
      ok: false,
      reason: 'the kernel refuses to tell its attributes (errno 13)',
    });
  });

  it.each([0, 3])('when the thread ended before a look (errno %d)', (errno) => {
    const track = new Stage().thread(7, 120);
    track.errno = errno;
    expect(infoOf(track).sources.cpuAffinity).toMatchObject({
      ok: false,
      reason: 'the thread ended before it was looked at',
    });
  });

  it('when nothing is kept of the thread', () => {
    const info = infoOf(undefined);
    const { sources, timestamp, timestampNs, pid, tid, comm, state, ...rest } = info;
    expect({ timestampNs, pid, tid, comm, state }).toMatchObject({ pid: 5, tid: 7 });
    expect(timestamp).toBeInstanceOf(Date);
    for (const source of Object.values(sources)) expect(source).toMatchObject({ ok: false });
    expect(new Set(Object.values(rest))).toEqual(new Set([undefined]));
  });

  it('when priorities that are lent are not seen', () => {
    const track = new Stage().thread(7, 120);
    const { priorityInversions, sources } = infoOf(track);
    expect(priorityInversions).toBe(0);
    expect(sources.priorityInversions).toMatchObject({
      ok: true,
      degraded: 'priorities that are lent are not seen',
    });
  });
});
