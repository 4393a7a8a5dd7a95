import { describe, expect, it } from 'vitest';
import { GROUP, THREAD, THREAD_STATE } from '../../../src/layout.js';
import { readThread, type ReadContext } from '../../../src/source/thread-reader.js';

/** A slot whose thread has run from 1000 on. */
function runningSince1000(): Uint32Array {
  const view = new Uint32Array(THREAD.bytes / 4);
  const write = (offset: number, value: number) => (view[offset / 4] = value);
  write(THREAD.tid, 7);
  write(THREAD.tgid, 7);
  write(THREAD.state, THREAD_STATE.running);
  write(THREAD.attachedNs, 400);
  write(THREAD.offCpuNs, 600);
  write(THREAD.sinceNs, 1000);
  return view;
}

/** As the probe does it: the thread is put to sleep. */
function switchOut(view: Uint32Array, nowNs: number): void {
  view[THREAD.onCpuNs / 4]! += nowNs - view[THREAD.sinceNs / 4]!;
  view[THREAD.sinceNs / 4] = nowNs;
  view[THREAD.voluntary / 4]! += 1;
  view[THREAD.state / 4] = THREAD_STATE.blocked;
}

/** What is called for the comm happens in the middle of the reading. */
function context(nowNs: number, comm: () => void = () => undefined): ReadContext {
  return {
    nowMonotonicNs: () => nowNs,
    epochMonotonicNs: 300,
    groups: GROUP.switch,
    stateOf: () => 'unknown',
    comm: () => (comm(), 'it'),
  };
}

describe('readThread', () => {
  it('adds the time in the present state', () => {
    const totals = readThread(runningSince1000(), 0, context(3000));
    expect(totals).toMatchObject({ state: 'running', onCpuNs: 2000, offCpuNs: 600 });
    expect(totals).toMatchObject({ bornNs: 100, lifetimeNs: 2600 });
  });

  it('reads again when the thread left its CPU meanwhile', () => {
    const view = runningSince1000();
    let times = 0;
    const totals = readThread(
      view,
      0,
      context(3000, () => {
        if (times++ === 0) switchOut(view, 2500);
      }),
    );
    // Read once, its run of 1500 would be in twice.
    expect(totals).toMatchObject({ state: 'blocked', voluntarySwitches: 1, lifetimeNs: 2600 });
    expect({ on: totals.onCpuNs, off: totals.offCpuNs }).toEqual({ on: 1500, off: 600 + 500 });
  });

  it('comes to an end when the thread never stands still', () => {
    const view = runningSince1000();
    const totals = readThread(
      view,
      0,
      context(3000, () => (view[THREAD.sinceNs / 4]! += 1)),
    );
    expect(totals.tid).toBe(7);
  });
});
