import { describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { Monitor } from '../../support/monitor.js';
import { runProgram, type RunningProgram } from '../../support/program.js';
import { HOSTILE_MARKS } from '../../support/hostile-marks.js';
import { onlyOrigin, seenSpans } from '../../support/seen-spans.js';

async function hostile(flaw: string): Promise<RunningProgram> {
  const program = runProgram('hostile-marks', HOSTILE_MARKS, [flaw]);
  expect(await program.line()).toBe('ready');
  return program;
}

/** Has it do what it does, and waits for that. @returns what it said */
async function act(program: RunningProgram): Promise<string[]> {
  const said: string[] = [];
  program.write('\n');
  for (;;) {
    const line = await program.line();
    if (line === 'done') return said;
    said.push(line);
  }
}

describe('marks that are refused, each with the reason', () => {
  it.each([
    ['magic', 'does not begin as a marker area does'],
    ['version', 'it is of version 2, and this monitor reads version 1'],
    ['sizes', 'sizes that version 1 does not have'],
    ['range', '1073741824 threads'],
    ['places', 'not where version 1 has them'],
    ['bytes', 'bytes, and its header says'],
    ['short', 'bytes, and its header says'],
    ['tiny', '100 bytes are too few'],
    ['seals', 'the seals against that are missing'],
    ['owner', 'it belongs to user 12345'],
    ['clock', 'its clock is of type 7'],
    ['time', 'its clock was off by'],
  ])('%s', async (flaw, reason) => {
    await using program = await hostile(flaw);
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    expect(monitor.source.spanOrigins!.list()).toEqual([]);
    const [refused, ...others] = monitor.source.spanOrigins!.refused();
    expect(others).toEqual([]);
    expect(refused).toMatchObject({
      pid: program.pid,
      refusal: { ok: false, code: 'HFTMON_E_MARKER_REFUSED' },
    });
    expect(refused!.refusal.reason).toContain(reason);
    expect(refused!.refusal.remedy).toContain('hftmon_marker.h');
  });

  it('but not those that a child has inherited: they are the parent’s', async () => {
    await using program = await hostile('pid');
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    expect(monitor.source.spanOrigins!.list()).toEqual([]);
    expect(monitor.source.spanOrigins!.refused()).toEqual([]);
  });
});

describe('a writer that means no good', () => {
  it.each(['truncate', 'punch'])('can’t make the monitor fault (%s)', async (flaw) => {
    await using program = await hostile(flaw);
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    const [result] = await act(program);
    expect(result).toBe(flaw === 'truncate' ? '-1' : '0');
    expect(seenSpans(monitor)).toEqual([]);
    expect(onlyOrigin(monitor).counts.spans).toBe(0);
  });

  it('can’t have marks of the future told', async () => {
    await using program = await hostile('future');
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    await act(program);
    expect(seenSpans(monitor)).toEqual([]);
    expect(onlyOrigin(monitor).counts).toMatchObject({
      marks: 4,
      clockErrors: 2,
      open: 0,
      spans: 0,
    });
  });

  it('can’t have time run backwards', async () => {
    await using program = await hostile('backwards');
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    await act(program);
    expect(seenSpans(monitor).map(({ durationNs }) => durationNs)).toEqual([0]);
    expect(onlyOrigin(monitor).counts).toMatchObject({
      marks: 3,
      clockErrors: 1,
      spans: 0,
      instants: 1,
    });
  });

  it('can’t claim more marks than there was time for', async () => {
    await using program = await hostile('jump');
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    await act(program);
    expect(seenSpans(monitor)).toEqual([]);
    const { counts } = onlyOrigin(monitor);
    expect(counts).toMatchObject({ marks: 0, lost: 0 });
    expect(counts.garbage).toBeGreaterThanOrEqual(1);
  });

  it('leaves what was being written when it died untold', async () => {
    await using program = await hostile('kill');
    using monitor = Monitor.start([RecordKind.Span], [program.pid]);
    await act(program);
    process.kill(program.pid, 'SIGKILL');
    expect(seenSpans(monitor)).toEqual([]);
    expect(onlyOrigin(monitor).counts).toMatchObject({ marks: 1, garbage: 0, open: 1 });
    monitor.source.detach(program.pid);
    expect(onlyOrigin(monitor).counts).toMatchObject({ open: 0, abandoned: 1 });
  });

  it('is read on and on while it scribbles all over its area', async () => {
    await using program = await hostile('scribble');
    using monitor = Monitor.start([RecordKind.Span], [program.pid], { pollIntervalNs: 100_000 });
    let seen = 0;
    let latestEndNs = -Infinity;
    monitor.onRecord = ({ startNs, durationNs }) => {
      seen++;
      expect(durationNs).toBeGreaterThanOrEqual(0);
      latestEndNs = Math.max(latestEndNs, startNs + durationNs);
    };
    const done = act(program);
    let finished = false;
    void done.then(() => (finished = true));
    while (!finished) {
      monitor.read();
      const { list, nameOf } = monitor.source.spanOrigins!;
      expect(list.call(monitor.source.spanOrigins)).toHaveLength(1);
      for (let id = 0; id < 8; id++) {
        expect(nameOf.call(monitor.source.spanOrigins, 1, id) ?? '').not.toMatch(/[\0-\x1f]/);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await done;
    monitor.read();
    const { counts } = onlyOrigin(monitor);
    expect(counts.garbage).toBeGreaterThan(100);
    expect(counts.spans + counts.instants).toBe(seen + monitor.lost);
    const nowNs = Number(process.hrtime.bigint() - monitor.source.epochMonotonicNs);
    expect(latestEndNs).toBeLessThanOrEqual(nowNs + 2000);
    expect(counts.names).toBeLessThanOrEqual(1024);
  });
});
