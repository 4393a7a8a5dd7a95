import { FakeRoots, writeFakeProcess } from '@hftmon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PollerOptions } from '../../../src/poller/options.js';
import { refuseCpu } from '../../../src/poller/refuse-cpu.js';

let roots: FakeRoots;

beforeEach(() => {
  roots = new FakeRoots();
  cpus({ online: '0-3', isolated: '2-3' });
});

afterEach(() => roots[Symbol.dispose]());

function cpus(lists: { readonly online: string; readonly isolated: string }): void {
  for (const [name, list] of Object.entries(lists)) {
    roots.write(`sys/devices/system/cpu/${name}`, `${list}\n`);
  }
}

function refusal(options: Partial<PollerOptions>): { code: string; message: string } | undefined {
  try {
    refuseCpu({ cpu: 2, durationMs: 1000, ...options }, roots);
    return undefined;
  } catch (error) {
    return error as { code: string; message: string };
  }
}

describe('a CPU to keep busy', () => {
  it('is one that nobody else needs', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ cpu: 0 })).toBeUndefined();
    expect(refusal({ realtimePriority: 50 })).toBeUndefined();
  });

  it('exists, forced or not', () => {
    expect(refusal({ cpu: 4 })?.code).toBe('HFTMON_E_CPU_NOT_FOUND');
    expect(refusal({ cpu: 4, force: true })?.code).toBe('HFTMON_E_CPU_NOT_FOUND');
  });

  it('is not the only one', () => {
    cpus({ online: '2', isolated: '' });
    expect(refusal({})).toMatchObject({ code: 'HFTMON_E_CPU_NEEDED', reason: /only one/ });
    expect(refusal({ force: true })).toBeUndefined();
  });

  it('is not the last one for the work of the system', () => {
    cpus({ online: '0-3', isolated: '1-3' });
    expect(refusal({ cpu: 0 })?.message).toMatch(/no other CPU is left.*or force it/);
    expect(refusal({ cpu: 0, force: true })).toBeUndefined();
    expect(refusal({ cpu: 1 })).toBeUndefined();
  });

  it('is not one that a thread of the targets is pinned to', () => {
    writeFakeProcess(roots, {
      pid: 70,
      comm: 'engine',
      threads: [{ tid: 70 }, { tid: 71, comm: 'hot' }],
    });
    roots.write('proc/70/task/71/status', 'Name:\thot\nCpus_allowed_list:\t2\n');
    roots.write('proc/70/task/70/status', 'Name:\tengine\nCpus_allowed_list:\t0-3\n');
    expect(refusal({ pids: [70] })?.message).toMatch(/thread 71 of process 70 is pinned to it/);
    expect(refusal({ pids: [70], force: true })).toBeUndefined();
    expect(refusal({ pids: [70], cpu: 3 })).toBeUndefined();
    expect(refusal({ pids: [] })).toBeUndefined();
  });

  it('is isolated when a real-time thread is to have it', () => {
    expect(refusal({ cpu: 1, realtimePriority: 1 })?.message).toMatch(/not isolated/);
    expect(refusal({ cpu: 1, realtimePriority: 1, force: true })).toBeUndefined();
  });
});
