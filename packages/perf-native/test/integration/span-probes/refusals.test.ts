import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RecordKind, type SpanProbe } from '@hftmon/core';
import { spawnProbed } from '@hftmon/testkit';
import { MARKING_PROGRAM } from '../../support/marking-program.js';
import { Monitor } from '../../support/monitor.js';
import { onlyProbe } from '../../support/probe-states.js';
import { runProgram } from '../../support/program.js';

const start = (pid: number, ...spanProbes: SpanProbe[]) =>
  Monitor.start([RecordKind.Span], [pid], { spanProbes });

const work = { name: 'work', binary: 'probed', function: 'probed_work' };

/** Descriptors of this process: a refused probe leaves none. */
const descriptors = () => readdirSync('/proc/self/fd').length;

describe('span probes that can not be', () => {
  it.each<[string, SpanProbe, RegExp]>([
    [
      'a function that is not there',
      { ...work, function: 'probed_wrok' },
      /the function probed_wrok of \/\S+\/probed of the span "work" was not found: .* but probed_work/,
    ],
    [
      'an address without code',
      { ...work, function: '0x0' },
      /no code of the file has that address/,
    ],
    [
      'a function that is chosen at load time',
      { name: 'copy', binary: 'libc.so', function: 'memcpy', nothrow: true },
      /chosen from several functions|functions have that name/,
    ],
    [
      'a function of a file with exceptions',
      { name: 'wait', binary: 'libc.so', function: 'getppid' },
      /one that leaves the function would abort the process.* say nothrow/,
    ],
    [
      'a static probe that is not there',
      {
        name: 's',
        binary: 'probed',
        usdt: { begin: 'hftmon_test:begin', end: 'hftmon_test:ent' },
      },
      /hftmon_test:ent .* but hftmon_test:end/,
    ],
    [
      'a static probe without a provider',
      { name: 's', usdt: { begin: 'begin', end: 'hftmon_test:end' } },
      /usdt.begin is begin, but it must be provider:name/,
    ],
  ])('refuses %s', async (_, probe, message) => {
    await using target = await spawnProbed();
    const before = descriptors();
    expect(() => start(target.pid, probe)).toThrow(message);
    expect(descriptors()).toBe(before);
  });

  it('refuses two spans of one place, and two of one name', async () => {
    await using target = await spawnProbed();
    expect(() => start(target.pid, work, { ...work, name: 'again' })).toThrow(
      /"again" is not probed: "work" is the span of the same place/,
    );
    expect(() => start(target.pid, work, work)).toThrow(/a name that no other span has/);
    const { changed } = await target.go();
    expect(changed).toBe(false);
  });

  it('waits for a library that the process does not map', async () => {
    await using target = await spawnProbed();
    using monitor = start(target.pid, { ...work, binary: 'libnowhere.so' });
    const { refusal, counts } = onlyProbe(monitor);
    expect(refusal).toMatchObject({
      code: 'HFTMON_E_SPAN_PROBE_PLACE',
      reason: expect.stringContaining('the process does not map it'),
    });
    expect(counts).toBeUndefined();
  });

  it('keeps nothing of one that was refused', async () => {
    await using target = await spawnProbed();
    await using program = runProgram('marking', MARKING_PROGRAM);
    await program.line();
    using monitor = start(target.pid);
    monitor.source.attach(program.pid);
    const getpid = { name: 'work', binary: 'libc.so', function: 'getpid', nothrow: true };
    expect(() => monitor.source.addSpanProbe({ ...getpid, function: 'no_such' })).toThrow(
      /not found/,
    );
    expect(monitor.source.spanOrigins!.probes()).toEqual([]);
    monitor.source.addSpanProbe(getpid);
    expect(monitor.source.spanOrigins!.probes()).toHaveLength(2);
  });

  it('takes probes later only where it was opened for them', async () => {
    await using target = await spawnProbed();
    using monitor = Monitor.start([RecordKind.Span], [target.pid]);
    expect(() => monitor.source.addSpanProbe(work)).toThrow(/spanProbes is absent/);
  });
});

describe('span probes of a stripped program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-probed-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('wants the address, and takes it', async () => {
    await using whole = await spawnProbed();
    const path = `/proc/${whole.pid}/exe`;
    const line = execFileSync('nm', [path], { encoding: 'utf8' })
      .split('\n')
      .find((symbol) => symbol.endsWith(' probed_work'));
    const address = `0x${line!.split(' ')[0]!.replace(/^0+/, '')}`;
    const stripped = join(folder, 'probed');
    copyFileSync(path, stripped);
    execFileSync('strip', [stripped]);
    using monitor = start(whole.pid, { ...work, function: address });
    expect(onlyProbe(monitor).refusal).toBeUndefined();
    const { changed } = await whole.go();
    expect(changed).toBe(true);
    expect(onlyProbe(monitor).counts).toMatchObject({ spans: 101 });
  });
});
