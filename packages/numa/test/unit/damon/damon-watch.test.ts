import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRoots, listFds } from '@hftmon/testkit';
import { damonCells } from '../../../src/damon/damon-cells.js';
import { DamonTarget } from '../../../src/damon/damon-target.js';
import { DamonWatch, type DamonPlaces } from '../../../src/damon/damon-watch.js';
import type { TargetMemory } from '../../../src/targets/target-memory.js';
import { FakeDamon } from '../../support/fake-damon.js';

const PID = 4242;
const BOOT = '11111111-2222-3333-4444-555555555555';

let roots: FakeRoots;
let damon: FakeDamon;
let places: DamonPlaces;

beforeEach(() => {
  roots = new FakeRoots();
  process_(process.pid, 42);
  roots.write('proc/sys/kernel/random/boot_id', `${BOOT}\n`);
  damon = new FakeDamon();
  places = {
    files: damon,
    procRoot: roots.procRoot,
    sysRoot: '/fake-sys',
    claimPath: `${roots.sysRoot}/run/hftmon/damon.json`,
  };
});

afterEach(() => roots.dispose());

/** A process that runs. */
function process_(pid: number, startTimeTicks: number): void {
  roots.write(`proc/${pid}/stat`, `${pid} (x) S ${'0 '.repeat(18)}${startTimeTicks} 0\n`);
}

function claim(pid: number, startTimeTicks: number, bootId = BOOT): void {
  mkdirSync(dirname(places.claimPath), { recursive: true });
  // Another file: what held the one before is no hold on it.
  rmSync(places.claimPath, { force: true });
  writeFileSync(places.claimPath, JSON.stringify({ pid, startTimeTicks, bootId, targetPid: PID }));
}

function opened(): DamonWatch {
  const result = DamonWatch.open(PID, places);
  if (!result.ok) throw new Error(result.reason);
  return result.watch;
}

/** The state after a monitor was killed: kdamond on, its claim still there. */
function killedMonitor(): void {
  opened();
  claim(999_999, 7);
}

describe('DAMON', () => {
  it('looks at one process and only observes, and is as before when it is closed', () => {
    const before = new Map(damon.files);
    const watch = opened();
    expect(existsSync(places.claimPath)).toBe(true);
    const file = (name: string) => damon.files.get(`0/contexts/0/${name}`);
    expect(damon.files.get('0/state')).toBe('on');
    expect(file('operations')).toBe('vaddr');
    expect(file('targets/0/pid_target')).toBe(String(PID));
    expect(file('schemes/0/action')).toBe('stat');
    expect(damon.writes.at(-1)).toBe('0/state = on');
    watch.close();
    watch.close();
    expect(damon.files).toEqual(before);
    expect(existsSync(dirname(places.claimPath))).toBe(false);
    const open = [...listFds(process.pid).values()];
    expect(open.filter((path) => path.startsWith(places.claimPath))).toEqual([]);
  });

  it('tells regions, and none once the kdamond has ended with its target', () => {
    damon.regions = [
      [0x7f0000400000, 0x7f0000800000, 0],
      [0x7f0000000000, 0x7f0000400000, 12],
    ];
    const watch = opened();
    expect(watch.regions()).toEqual([
      { start: 0x7f0000000000, end: 0x7f0000400000, hits: 12 },
      { start: 0x7f0000400000, end: 0x7f0000800000, hits: 0 },
    ]);
    damon.files.set('0/state', 'off');
    expect(watch.regions()).toBeUndefined();
    watch.close();
    expect(damon.files.get('nr_kdamonds')).toBe('0');
  });

  it('never touches a kdamond of somebody else, on or off', () => {
    for (const state of ['on', 'off']) {
      damon.files.set('nr_kdamonds', '1').set('0/state', state);
      const before = new Map(damon.files);
      expect(DamonWatch.open(PID, places)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('in use'),
      });
      expect(damon.files).toEqual(before);
    }
    expect(damon.writes).toEqual([]);
    expect(existsSync(places.claimPath)).toBe(false);
  });

  it('leaves alone at its end what somebody else set up meanwhile', () => {
    const watch = opened();
    damon.files.set('0/contexts/0/targets/0/pid_target', '777');
    const before = new Map(damon.files);
    watch.close();
    expect(damon.files).toEqual(before);
  });

  it('says why it cannot be used', () => {
    damon.operations = 'paddr';
    expect(DamonWatch.open(PID, places)).toMatchObject({
      reason: expect.stringContaining('virtual addresses'),
    });
    expect(damon.files.get('nr_kdamonds')).toBe('0');
    damon.files.delete('nr_kdamonds');
    expect(DamonWatch.open(PID, places)).toMatchObject({
      reason: expect.stringContaining('no DAMON interface'),
    });
    expect(existsSync(places.claimPath)).toBe(false);
  });

  it('takes everything away again when the kernel refuses any step', () => {
    opened().close();
    const paths = [...new Set(damon.writes.map((write) => write.split(' = ')[0]!))];
    for (const path of paths.filter((name) => name !== 'nr_kdamonds')) {
      damon = new FakeDamon();
      damon.refuse = { path, errno: 'EINVAL' };
      const result = DamonWatch.open(PID, { ...places, files: damon });
      expect(result, path).toMatchObject({ ok: false, reason: expect.stringContaining('EINVAL') });
      expect([...damon.files], path).toEqual([['nr_kdamonds', '0']]);
      expect(existsSync(places.claimPath)).toBe(false);
    }
    damon = new FakeDamon();
    damon.refuse = { path: 'nr_kdamonds', errno: 'EBUSY' };
    expect(DamonWatch.open(PID, { ...places, files: damon })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('in use'),
    });
    expect(damon.writes).toEqual(['nr_kdamonds = 1']);
    expect(existsSync(places.claimPath)).toBe(false);
  });
});

describe('DAMON after a monitor was killed', () => {
  it('is taken over: what the dead one left is removed first', () => {
    killedMonitor();
    expect(damon.files.get('0/state')).toBe('on');
    opened().close();
    expect([...damon.files]).toEqual([['nr_kdamonds', '0']]);
    expect(existsSync(places.claimPath)).toBe(false);
  });

  it('is left alone while that monitor lives', () => {
    killedMonitor();
    process_(999_999, 7);
    const before = new Map(damon.files);
    expect(DamonWatch.open(PID, places)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('pid 999999'),
    });
    expect(damon.files).toEqual(before);
    expect(existsSync(places.claimPath)).toBe(true);
  });

  it('is left alone while its claim is held, by whatever pid', () => {
    opened();
    roots.remove(`proc/${process.pid}/stat`);
    const before = new Map(damon.files);
    expect(DamonWatch.open(PID, places)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('holds the claim'),
    });
    expect(damon.files).toEqual(before);
    expect(existsSync(places.claimPath)).toBe(true);
  });

  it('is left alone where its claim cannot be opened', () => {
    mkdirSync(dirname(places.claimPath), { recursive: true });
    symlinkSync(roots.procRoot, places.claimPath);
    const before = new Map(damon.files);
    expect(DamonWatch.open(PID, places)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cannot be opened and locked'),
    });
    expect(damon.files).toEqual(before);
    expect(existsSync(places.claimPath)).toBe(true);
  });

  it('is left alone when somebody else has set it up since, or the host was booted', () => {
    for (const change of [
      () => damon.files.set('0/contexts/0/monitoring_attrs/intervals/sample_us', '5000'),
      () => claim(999_999, 7, 'another boot'),
    ]) {
      damon = new FakeDamon();
      places = { ...places, files: damon };
      killedMonitor();
      change();
      const before = new Map(damon.files);
      expect(DamonWatch.open(PID, places)).toMatchObject({ ok: false });
      expect(damon.files).toEqual(before);
    }
  });

  it('does not trust a claim that makes no sense', () => {
    mkdirSync(dirname(places.claimPath), { recursive: true });
    writeFileSync(places.claimPath, '{"pid":"x"}');
    opened().close();
    expect(existsSync(places.claimPath)).toBe(false);
  });
});

describe('DAMON for a target', () => {
  const target = { pid: PID, comm: 'engine', startTimeTicks: 1, attachedNs: 0 };

  it('is not touched without consent', () => {
    const watching = new DamonTarget(false, places);
    watching.attach(target);
    expect(damon.writes).toEqual([]);
    watching.close();
  });

  it('looks at the first target until that is detached', () => {
    const watching = new DamonTarget(true, places);
    watching.attach(target);
    watching.attach({ ...target, pid: 4343 });
    expect(damon.files.get('0/contexts/0/targets/0/pid_target')).toBe(String(PID));
    watching.detach({ ...target, pid: 4343 });
    expect(damon.files.get('0/state')).toBe('on');
    watching.detach(target);
    expect([...damon.files]).toEqual([['nr_kdamonds', '0']]);
  });

  it('has no cells of the target before', () => {
    const watching = new DamonTarget(true, places);
    const next = { ...target, pid: 4343 };
    // Of a target, only its identity is asked for.
    const memoryOf = (of: typeof target) => ({ target: of }) as TargetMemory;
    watching.attach(target);
    watching.refresh(4096, (_pid, _addresses, nodes) => nodes.fill(0));
    expect(watching.cellsOf(memoryOf(target))).toBeDefined();
    watching.detach(target);
    expect(watching.cellsOf(memoryOf(target))).toBeDefined();
    watching.attach(next);
    expect(watching.cellsOf(memoryOf(next))).toBeUndefined();
    watching.close();
  });

  it('says why it does not look, until it does', () => {
    damon.files.set('nr_kdamonds', '1').set('0/state', 'on');
    const watching = new DamonTarget(true, places);
    watching.attach(target);
    expect(watching.refusal).toMatchObject({ reason: expect.stringContaining('in use') });
    damon.files.clear();
    damon.files.set('nr_kdamonds', '0');
    watching.attach(target);
    expect(watching.refusal).toBeUndefined();
    watching.close();
  });
});

describe('cells of DAMON', () => {
  it('are regions on the nodes of their pages, and only those that were accessed', () => {
    const asked: number[] = [];
    const cells = damonCells(
      PID,
      [
        { start: 0x1000, end: 0x2000, hits: 3 },
        { start: 0x10000, end: 0x110000, hits: 5 },
        { start: 0x200000, end: 0x300000, hits: 0 },
        { start: 0x400000, end: 0x401000, hits: 7 },
      ],
      4096,
      (_pid, addresses, nodes) => {
        asked.push(addresses.length);
        addresses.forEach((address, i) => {
          nodes[i] = address >= 0x400000 ? -2 : address >= 0x90000 ? 1 : 0;
        });
      },
    );
    expect(asked).toEqual([1, 64, 1]);
    expect(cells.weightWithoutNode).toBe(7);
    expect(cells.byNode.get(0)).toMatchObject([
      { address: '0x1000', bytes: 4096, grain: 'page', weight: 3, threads: [] },
      { address: '0x10000', bytes: 0x100000, grain: 'region', weight: 5 },
    ]);
    expect(cells.byNode.get(1)).toMatchObject([{ address: '0x10000', weight: 5 }]);
  });
});
