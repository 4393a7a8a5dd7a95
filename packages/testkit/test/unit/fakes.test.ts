import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecordKind, cpuAt, durationAt, kindAt, payloadAt, tidAt } from '@hftmon/core';
import { FakeEventSource, FakeRoots, readAll, taskRecord } from '../../src/index.js';

describe('FakeEventSource', () => {
  it('hands pushed records out through its ring', () => {
    const source = new FakeEventSource({ capacity: 8 });
    source.push({ kind: RecordKind.Fault, tid: 7, cpu: 3, durationNs: 50, words: [1, 0xffffffff] });
    const visited = readAll(source.ring, ({ u32, f64 }) => {
      expect([kindAt(u32, 0), tidAt(u32, 0), cpuAt(u32, 0)]).toEqual([RecordKind.Fault, 7, 3]);
      expect(durationAt(f64, 0)).toBe(50);
      expect([payloadAt(u32, 0, 0), payloadAt(u32, 0, 1)]).toEqual([1, 0xffffffff]);
    });
    expect(visited).toBe(1);
  });

  it('learns tasks from Task records', () => {
    const source = new FakeEventSource();
    source.push(taskRecord({ tid: 9, pid: 8, comm: 'feed', policy: 'SCHED_FIFO', priority: 49 }));
    expect(source.tasks.lookup(9)).toEqual({
      tid: 9,
      pid: 8,
      comm: 'feed',
      policy: 'SCHED_FIFO',
      priority: 49,
      kernelThread: false,
    });
  });

  it('notes what it was asked', () => {
    const source = new FakeEventSource();
    source.open(new Set([RecordKind.Switch]), {});
    source.start();
    source.attach(5);
    source.endedPids = [5];
    expect(source.reap()).toEqual([5]);
    expect(source.reap()).toEqual([]);
    expect(source.calls).toEqual(['open', 'start', 'attach 5']);
  });
});

describe('FakeRoots', () => {
  it('leaves nothing behind, and writes nowhere else', () => {
    const roots = new FakeRoots();
    expect(() => roots.write('../outside', '')).toThrow('neither root');
    roots.write('proc/1/comm', 'init\n');
    expect(roots.tree().get('proc/1/comm')).toBe('init\n');
    roots.dispose();
    roots.dispose();
    expect(existsSync(roots.procRoot)).toBe(false);
  });
});
