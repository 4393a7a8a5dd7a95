import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PauseType, RecordKind, pauseReason, pauseType } from '@hftmon/core';
import {
  needs,
  programText,
  skipUnless,
  spawnCollections,
  spawnSpinner,
  type CollectionsReport,
} from '@hftmon/testkit';
import { describe, expect, it, vi } from 'vitest';
import { withFreeFiles } from '../../support/free-files.js';
import { Monitor, type SeenRecord } from '../../support/monitor.js';

/** Kinds of perf_hooks that stop the thread for a collection, and what they are here. */
const TYPES: ReadonlyMap<number, number> = new Map([
  [1, PauseType.Scavenge],
  [2, PauseType.MinorMarkSweep],
  [4, PauseType.MarkCompact],
]);
const ALLOCATION_FAILURE = 1;
const TESTING = 21;

/** perf_hooks reads its clock before and after everything else that a collection does. */
const MARGIN_NS = 1e6;

describe('garbage collections of a Node process', () => {
  it('are told each once, with their kind and reason, as long as the process itself says', async () => {
    await using target = await spawnCollections({ full: 7, young: 11, garbageMb: 100 });
    using monitor = watch(target.pid);
    const report = await target.go();
    const pauses = collections(monitor).filter((pause) =>
      isWithin(pause, report.window, epochOf(monitor)),
    );
    const observed = observedCollections(report);
    expect(observed.filter(({ forced }) => forced)).toHaveLength(7 + 11);
    expect(observed.length).toBeGreaterThan(7 + 11);
    expect(pauses).toHaveLength(observed.length);
    for (const [i, { kind, forced, startNs, endNs }] of observed.entries()) {
      const { tid, u32, startNs: from, durationNs } = pauses[i]!;
      expect(tid).toBe(target.pid);
      expect(pauseType(u32, 0)).toBe(TYPES.get(kind));
      if (forced) expect(pauseReason(u32, 0)).toBe(TESTING);
      else if (kind === 1) expect(pauseReason(u32, 0)).toBe(ALLOCATION_FAILURE);
      const start = from + epochOf(monitor);
      expect(start).toBeGreaterThanOrEqual(startNs - MARGIN_NS);
      expect(start + durationNs).toBeLessThanOrEqual(endNs + MARGIN_NS);
    }
    for (const [i, call] of report.calls.entries()) {
      const within = pauses.filter((pause) => isWithin(pause, call, epochOf(monitor)));
      expect(within, `collection ${i} that was asked for`).toHaveLength(1);
    }
    expect(monitor.counts(RecordKind.Pause)).toMatchObject({ filtered: 0, dropped: 0 });
    expect(monitor.source.runtimes).toEqual([
      { pid: target.pid, runtime: 'v8', binary: process.execPath, steps: true, loops: false },
    ]);
  });

  it('tell the steps of marking, none within a collection', async () => {
    await using target = await spawnCollections({ garbageMb: 200 });
    using monitor = watch(target.pid);
    await target.go();
    const pauses = collections(monitor);
    const steps = monitor.of(RecordKind.Pause).filter(isStep);
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      expect(step.durationNs).toBeGreaterThan(0);
      expect(pauses.some((pause) => isWithin(step, intervalOf(pause), 0))).toBe(false);
    }
  });

  it('are those of each thread with its own heap', async () => {
    await using target = await spawnCollections({ full: 5, young: 3, worker: true });
    using monitor = watch(target.pid);
    const { calls } = await target.go();
    const pauses = collections(monitor);
    const ofWorker = calls.map((call) =>
      pauses.filter((pause) => pause.tid !== target.pid && isWithin(pause, call, epochOf(monitor))),
    );
    expect(ofWorker.map(({ length }) => length)).toEqual(calls.map(() => 1));
    expect(new Set(ofWorker.flat().map(({ tid }) => tid)).size).toBe(1);
  });

  it('are those of the monitoring process, too', async () => {
    using monitor = watch(process.pid);
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    // Marking that is under way would be finished by a collection of its own.
    gc();
    const calls = [];
    for (let i = 0; i < 5; i++) {
      const startNs = Number(process.hrtime.bigint());
      gc();
      calls.push({ startNs, endNs: Number(process.hrtime.bigint()) });
    }
    const pauses = collections(monitor);
    const forced = calls.map((call) =>
      pauses.filter(
        (pause) => pauseReason(pause.u32, 0) === TESTING && isWithin(pause, call, epochOf(monitor)),
      ),
    );
    expect(forced.map(({ length }) => length)).toEqual(calls.map(() => 1));
    expect(new Set(forced.flat().map(({ tid }) => tid)).size).toBe(1);
  });

  it('are those of children that are followed, whatever program they become', async () => {
    const script = 'setInterval(gc, 20); setTimeout(() => process.exit(), 180000)';
    const shell = spawn(
      'sh',
      ['-c', `read go; "$0" --expose-gc -e '${script}'`, process.execPath],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    const ended = once(shell, 'close');
    using monitor = Monitor.start([RecordKind.Pause], [shell.pid!], { followChildren: true });
    shell.stdin.write('go\n');
    const child = () => monitor.source.runtimes?.[0]?.pid;
    try {
      await expect.poll(() => (monitor.reap(), child())).toBeDefined();
      await expect.poll(() => collections(monitor).length).toBeGreaterThan(3);
      expect(child()).not.toBe(shell.pid);
      expect(new Set(collections(monitor).map(({ tid }) => tid))).toEqual(new Set([child()]));
    } finally {
      const pid = child();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      shell.stdin.end();
      await ended;
    }
  });

  it('leave nothing in a process that could not be attached', async () => {
    await using target = await spawnCollections({ full: 1 });
    const before = programText(target.pid);
    using monitor = Monitor.start([RecordKind.Pause], []);
    vi.spyOn(monitor.source.tasks, 'set').mockImplementationOnce(() => {
      expect(programText(target.pid)).not.toEqual(before);
      throw new Error('on purpose');
    });
    expect(() => monitor.source.attach(target.pid)).toThrow('on purpose');
    expect(programText(target.pid)).toEqual(before);
    expect(monitor.source.totals(target.pid)).toEqual([]);
  });

  it('leave nothing in the process', async () => {
    await using target = await spawnCollections({ full: 3 });
    using monitor = watch(target.pid);
    await target.go();
    monitor.source.detach(target.pid);
    const { length } = collections(monitor);
    const report = await target.go();
    expect(report.calls).toHaveLength(3);
    expect(collections(monitor)).toHaveLength(length);
    expect(monitor.source.runtimes).toHaveLength(1);
  });
});

describe('processes whose collections are not seen', () => {
  it('are told with the reason, where the runtime has no symbol of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hftmon-node-'));
    try {
      const other = join(folder, 'node');
      writeFileSync(other, withoutName('PerformGarbageCollectionE'), { mode: 0o755 });
      await using target = await spawnCollections({ full: 1 }, other);
      using monitor = watch(target.pid);
      await target.go();
      expect(collections(monitor)).toEqual([]);
      const [state] = monitor.source.runtimes!;
      expect(state).toMatchObject({ pid: target.pid, binary: other, steps: false });
      expect(state!.refusal!.reason).toContain('has no symbol of v8::internal::');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are told with the reason, where only some of the probes could be put in, and none stays', async (context) => {
    skipUnless(context, needs.tool('prlimit'));
    await using target = await spawnCollections({ full: 1 });
    const before = programText(target.pid);
    using monitor = Monitor.start([RecordKind.Pause], []);
    // The file, the first of them, and for the second one not enough.
    withFreeFiles(3, () => monitor.source.attach(target.pid));
    expect(monitor.source.runtimes![0]?.refusal).toMatchObject({
      reason: expect.stringContaining('Too many open files') as string,
      remedy: 'raise the limit of open files of hftmon (ulimit -n)',
    });
    expect(programText(target.pid)).toEqual(before);
  });

  it('are nothing to complain about where there is no such runtime', async () => {
    await using target = await spawnSpinner();
    using monitor = watch(target.pid);
    expect(monitor.source.runtimes).toEqual([]);
  });
});

/** The runtime, with another name instead wherever its symbol tables have that one. */
function withoutName(name: string): Buffer {
  const bytes = readFileSync(process.execPath);
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at)) {
    bytes.write('x'.repeat(name.length), at, 'latin1');
  }
  return bytes;
}

function watch(pid: number): Monitor {
  return Monitor.start([RecordKind.Pause], [pid]);
}

function epochOf({ source }: Monitor): number {
  return Number(source.epochMonotonicNs);
}

function observedCollections({ observed, window }: CollectionsReport) {
  return observed.filter(
    ({ kind, startNs, endNs }) =>
      TYPES.has(kind) && startNs >= window.startNs && endNs <= window.endNs,
  );
}

function isStep({ u32 }: SeenRecord): boolean {
  return pauseType(u32, 0) === PauseType.MarkingStep;
}

function collections(monitor: Monitor): SeenRecord[] {
  monitor.read();
  return monitor.of(RecordKind.Pause).filter((record) => !isStep(record));
}

function intervalOf({ startNs, durationNs }: SeenRecord) {
  return { startNs, endNs: startNs + durationNs };
}

function isWithin(
  { startNs, durationNs }: SeenRecord,
  around: { readonly startNs: number; readonly endNs: number },
  epochNs: number,
): boolean {
  const start = startNs + epochNs;
  return start >= around.startNs && start + durationNs <= around.endNs;
}
