import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createError } from '@hftmon/core';
import { FakeRoots, writeFakeProcess, type FakeThread } from '@hftmon/testkit';
import { readNumaHost } from '../../../src/host/numa-host.js';
import type { PageNodes } from '../../../src/placement/page-nodes.js';
import type { PlacementResult } from '../../../src/placement/placement-reader.js';
import { placementOf } from '../../../src/placement/process-placement.js';
import { AccessSamples } from '../../../src/samples/access-samples.js';
import { absent, unsupported } from '../../../src/support/absent.js';
import { TargetMemory } from '../../../src/targets/target-memory.js';
import { INTEL_TWO_SOCKETS, writeFakeNodes } from '../../support/fake-nodes.js';

const PID = 4242;
const found: PlacementResult = {
  ok: true,
  placement: placementOf({
    pid: PID,
    timestampNs: 0,
    method: 'numa_maps',
    seenFraction: 1,
    mappings: [],
  }),
};
const refused: PlacementResult = { ok: false, support: unsupported('refused', 'none') };

let roots: FakeRoots;
let answer: () => PlacementResult;
let asked: (number | undefined)[];

beforeEach(() => {
  roots = new FakeRoots();
  writeFakeNodes(roots, INTEL_TWO_SOCKETS);
  answer = () => found;
  asked = [];
});

afterEach(() => roots.dispose());

function threads(...list: FakeThread[]): void {
  writeFakeProcess(roots, { pid: PID, comm: 'engine', threads: list });
}

function memory(pageNodes?: PageNodes): TargetMemory {
  const target = { pid: PID, comm: 'engine', startTimeTicks: 1000, attachedNs: 0 };
  return new TargetMemory(target, {
    host: readNumaHost(roots.sysRoot),
    procRoot: roots.procRoot,
    reader: {
      read: (_pid, _timestampNs, tid) => {
        asked.push(tid);
        return answer();
      },
    },
    samples: new AccessSamples({ grainBytes: 64, pageBytes: 4096, capacity: 64 }),
    pageNodes,
  });
}

describe('the memory of a target', () => {
  it('is of the last look, and absent with the reason while it cannot be looked at', () => {
    threads({ tid: PID });
    const target = memory();
    expect(target.support.ok).toBe(false);
    target.refresh(1);
    expect(target.placement).toBe(found.ok && found.placement);
    answer = () => refused;
    target.refresh(2);
    expect(target.placement).toBeUndefined();
    expect(target.support).toMatchObject({ ok: false, reason: 'refused' });
    answer = () => found;
    target.refresh(3);
    expect(target.support.ok).toBe(true);
  });

  it('stays as it was when the process ends during a look', () => {
    threads({ tid: PID });
    const target = memory();
    target.refresh(1);
    answer = () => {
      roots.remove(`proc/${PID}`);
      return refused;
    };
    target.refresh(2);
    expect(target.ended).toBe(true);
    expect(target.placement).toBeDefined();
    expect(target.support.ok).toBe(true);
  });

  it('stays as it was when the process has given its memory back, but is not gone yet', () => {
    threads({ tid: PID });
    const target = memory();
    target.refresh(1);
    answer = () => ({
      ok: false,
      support: absent('HFTMON_E_PROCESS_NOT_FOUND', 'it has ended', 'none'),
    });
    target.refresh(2);
    expect(target.placement).toBeDefined();
    expect(target.support.ok).toBe(true);
  });

  it('is read through a thread that lives, when the main thread has ended', () => {
    threads({ tid: PID, state: 'Z' }, { tid: 4243 });
    const target = memory();
    target.refresh(1);
    expect(target.ended).toBe(false);
    expect(asked).toEqual([4243]);
  });

  it('knows where the threads spent their time since the first look', () => {
    threads({ tid: PID, cpu: 0, onCpuNs: 1e9 }, { tid: 4243, cpu: 4, onCpuNs: 5e9 });
    const target = memory();
    target.refresh(1);
    expect([...target.cpuNsByNode]).toEqual([]);
    threads({ tid: PID, cpu: 0, onCpuNs: 1e9 + 11 }, { tid: 4243, cpu: 5, onCpuNs: 5e9 + 1009 });
    target.refresh(2);
    expect(new Map(target.cpuNsByNode)).toEqual(
      new Map([
        [0, 11],
        [1, 1009],
      ]),
    );
    expect([target.nodeOfThread(PID), target.nodeOfThread(4243)]).toEqual([0, 1]);
    expect([target.commOf(4243), target.commOf(99)]).toEqual(['engine', undefined]);
  });

  it('takes nothing away when another thread got the tid of one that ended', () => {
    const look = (onCpuNs: number, faults: number) => {
      threads({ tid: PID, cpu: 0, onCpuNs });
      roots.write(`proc/${PID}/task/${PID}/sched`, `total_numa_faults : ${faults}\n`);
      target.refresh(1);
    };
    const target = memory();
    look(1000, 100);
    look(1011, 113);
    look(7, 3);
    look(12, 10);
    expect([...target.cpuNsByNode]).toEqual([[0, 11 + 5]]);
    expect(target.hintFaults).toBe(13 + 7);
  });

  it('counts hinting faults since the first look at each thread', () => {
    const faults = (tid: number, total: number) =>
      roots.write(`proc/${PID}/task/${tid}/sched`, `total_numa_faults : ${total}\n`);
    threads({ tid: PID });
    const target = memory();
    target.refresh(1);
    expect(target.hintFaults).toBeUndefined();
    faults(PID, 100);
    target.refresh(2);
    expect(target.hintFaults).toBe(0);
    threads({ tid: PID }, { tid: 4243 });
    faults(PID, 113);
    faults(4243, 7);
    target.refresh(3);
    faults(4243, 24);
    target.refresh(4);
    expect(target.hintFaults).toBe(13 + 17);
  });

  it('leaves samples without nodes when nobody may ask about their pages', () => {
    threads({ tid: PID });
    const target = memory(() => {
      throw createError('HFTMON_E_MEMORY_NOT_PERMITTED', { pid: PID, detail: 'EPERM' });
    });
    target.samples.add('pmu_samples', 0x1000, PID, 0);
    target.refresh(1);
    expect(target.samples.accessesFrom(0)).toEqual({ local: 0, remote: 0, unknown: 1 });
    expect(target.ended).toBe(false);
  });
});
