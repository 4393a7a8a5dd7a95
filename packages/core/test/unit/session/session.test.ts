import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  CollectorRegistry,
  NO_STACK,
  RecordKind,
  Session,
  kindAt,
  markId,
  markName,
  markValue,
  type SessionOptions,
} from '../../../src/index.js';
import { FakeCollector } from '../../support/fake-collector.js';
import { FakeProc } from '../../support/fake-proc.js';
import { FakeSource } from '../../support/fake-source.js';

let opened: Session | undefined;
afterEach(() => {
  opened?.close();
  vi.useRealTimers();
});

interface SetUpOptions extends Partial<SessionOptions> {
  readonly capacity?: number;
  readonly collectors?: readonly FakeCollector[];
}

function setUp({ capacity = 64, collectors, ...options }: SetUpOptions = {}) {
  const proc = new FakeProc();
  proc.add(42);
  const source = new FakeSource(proc.root, capacity);
  const registry = new CollectorRegistry();
  const list = collectors ?? [new FakeCollector('a', { kinds: [1, 7] })];
  for (const collector of list) registry.register(collector);
  const session = new Session({ source, registry, ...options });
  opened = session;
  const events: [string, unknown][] = [];
  for (const name of ['lost', 'processExit', 'error', 'unsupported'] as const) {
    session.on(name, (event) => void events.push([name, event]));
  }
  return { proc, source, session, events, collector: list[0] as FakeCollector };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

function stateError(): Error {
  return expect.objectContaining({ code: 'HFTMON_E_SESSION_STATE' }) as Error;
}

describe('life cycle of a session', () => {
  it('goes from idle over running and stopped to closed, each step repeatable', () => {
    const { session, source, collector } = setUp();
    expect(session.state).toBe('idle');
    session.stop();
    session.flush();
    expect(session.state).toBe('idle');
    session.start();
    session.start();
    expect(session.state).toBe('running');
    session.stop();
    session.stop();
    expect(session.state).toBe('stopped');
    session.close();
    session.close();
    expect(session.state).toBe('closed');
    expect(source.calls).toEqual(['open', 'start', 'stop', 'close']);
    expect(collector.log).toEqual(['a probe', 'a open', 'a close', 'a undo 2', 'a undo 1']);
    session.stop();
  });

  it('runs once', () => {
    const { session } = setUp();
    session.start();
    session.stop();
    expect(() => session.start()).toThrow(stateError());
    expect(() => session.attach(42)).toThrow(stateError());
    session.close();
    expect(() => session.start()).toThrow(stateError());
  });

  it('is closed by using, and may be closed without having run', () => {
    const { session, source } = setUp();
    session[Symbol.dispose]();
    expect(session.state).toBe('closed');
    expect(source.calls).toEqual(['close']);
  });

  it('runs with nothing attached and no collectors', () => {
    const { session } = setUp({ collectors: [] });
    session.start();
    session.stop();
    expect(session.stats()).toEqual([]);
    expect(session.losses().seen).toBe(0);
  });

  it('opens the source for the kinds of the usable collectors, with its options', () => {
    const unusable = new FakeCollector('u', { kinds: [12] });
    const support = {
      ok: false,
      code: 'HFTMON_E_BTF_MISSING',
      reason: 'no BTF',
      remedy: 'boot',
    } as const;
    unusable.support = support;
    const throwing = new FakeCollector('t', { kinds: [13] });
    throwing.throwing.add('probe');
    const { session, source, events } = setUp({
      collectors: [
        new FakeCollector('a', { kinds: [1, 7] }),
        new FakeCollector('b', { kinds: [7, 8] }),
        unusable,
        throwing,
      ],
      sourceOptions: { stacksFromNs: 5 },
    });
    session.start();
    expect([...source.kinds!].sort()).toEqual([1, 7, 8]);
    expect(source.options).toEqual({ stacksFromNs: 5 });
    expect(session.stats().map(({ state }) => state)).toEqual([
      'open',
      'open',
      'unsupported',
      'unsupported',
    ]);
    expect(events).toEqual([
      ['unsupported', { collector: 'u', support }],
      [
        'unsupported',
        {
          collector: 't',
          support: expect.objectContaining({
            ok: false,
            reason: 'its probe threw: probe broke',
          }) as unknown,
        },
      ],
    ]);
    expect(unusable.log).toEqual(['u probe']);
    expect(session.probe().get('a')).toEqual({ ok: true, tier: 'kernel', source: 'fake' });
  });

  it('stays idle when the source cannot be opened, and can be started again', () => {
    const { session, source, collector } = setUp();
    source.failures.set('open', new Error('no BPF'));
    expect(() => session.start()).toThrow(/start|open|no BPF/);
    expect(session.state).toBe('idle');
    expect(collector.log).not.toContain('a open');
    source.failures.clear();
    session.start();
    expect(session.state).toBe('running');
  });

  it('undoes everything when the source cannot be started', () => {
    const { session, source, collector } = setUp();
    source.failures.set('start', new Error('no attach'));
    expect(() => session.start()).toThrow(/no attach/);
    expect(session.state).toBe('idle');
    expect(source.calls).toEqual(['open', 'start', 'close']);
    expect(collector.log.slice(-3)).toEqual(['a close', 'a undo 2', 'a undo 1']);
  });

  it('refuses a bad delivery before it opens anything', () => {
    const { session, source } = setUp({ delivery: { intervalMs: -1 } });
    expect(() => session.start()).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_CONFIG_INVALID' }),
    );
    expect(source.calls).toEqual([]);
  });

  it('stops all the same when the source fails to', () => {
    const { session, source, collector, events } = setUp();
    session.start();
    source.emit(3);
    source.failures.set('stop', new Error('stuck'));
    source.failures.set('reap', new Error('gone'));
    session.stop();
    expect(session.state).toBe('stopped');
    expect(collector.records).toEqual([0, 1, 2]);
    expect(collector.log).toContain('a close');
    expect(events.map(([name]) => name)).toEqual(['error', 'error']);
  });
});

describe('closing a session', () => {
  const visited = (collector: FakeCollector): number =>
    collector.context!.history.scan(() => undefined).visited;

  it('lets go of the history', () => {
    const { session, source, collector } = setUp();
    session.start();
    source.emit(10);
    session.close();
    expect(visited(collector)).toBe(0);
  });

  it('keeps the history and its stacks when asked to', () => {
    const { session, source, collector } = setUp();
    const kept: number[] = [];
    source.stacks.keep = (id) => kept.push(id);
    session.start();
    source.emit(10);
    session.close({ keepHistory: true });
    expect(visited(collector)).toBe(10);
    expect(kept).not.toContain(NO_STACK);
    expect(new Set(kept).size).toBe(kept.length);
    expect(source.calls.at(-1)).toBe('close');
  });
});

describe('delivery of a session', () => {
  it.each(['interval', 'busy'] as const)('delivers by itself (%s)', async (mode) => {
    const { session, source, collector } = setUp({ delivery: { mode, intervalMs: 1 } });
    session.start();
    source.emit(10);
    await vi.waitFor(() => expect(collector.records).toEqual(range(0, 10)));
    source.emit(10);
    await vi.waitFor(() => expect(collector.records).toEqual(range(0, 20)));
    expect(session.lostRecords).toBe(0);
  });

  it('delivers what was in the ring before the start, and what the pump held at the stop', () => {
    const { session, source, collector } = setUp();
    const open = source.open.bind(source);
    source.open = (kinds, options) => {
      open(kinds, options);
      source.emit(5);
    };
    session.start();
    source.pending = 7;
    session.stop();
    expect(collector.records).toEqual(range(0, 12));
    expect(collector.log.at(-3)).toBe('a close');
  });

  it('delivers the last records before the collectors are closed', () => {
    const { session, source, collector } = setUp();
    session.start();
    let closedAt = -1;
    collector.context!.onUndo(() => (closedAt = collector.records.length));
    source.pending = 64;
    session.stop();
    expect(closedAt).toBe(64);
  });

  it('flushes on request', () => {
    const { session, source, collector } = setUp();
    session.start();
    source.pending = 3;
    session.flush();
    expect(collector.records).toEqual([0, 1, 2]);
  });

  it('may be flushed from within a delivery, which then goes on undisturbed', () => {
    const first = new FakeCollector('a');
    const second = new FakeCollector('b');
    const { session, source } = setUp({ collectors: [first, second] });
    first.onBatch = () => {
      if (first.records.length === 3) source.emit(3);
      session.flush();
    };
    session.start();
    source.emit(3);
    session.flush();
    session.flush();
    expect(first.records).toEqual(range(0, 6));
    expect(second.records).toEqual(range(0, 6));
  });

  it('reports exactly what was lost', () => {
    const { session, source, collector, events } = setUp({ capacity: 16 });
    session.start();
    source.emit(16 * 9 + 5);
    session.flush();
    expect(collector.records).toEqual(range(16 * 8 + 5, 16 * 9 + 5));
    source.emit(20);
    session.flush();
    expect(events).toEqual([
      [
        'lost',
        { records: 16 * 8 + 5, total: 16 * 8 + 5, timestampNs: expect.any(Number) as number },
      ],
      ['lost', { records: 4, total: 16 * 8 + 9, timestampNs: expect.any(Number) as number }],
    ]);
    expect(session.lostRecords).toBe(16 * 8 + 9);
    expect(session.stats()[0]).toMatchObject({ lostRecords: 16 * 8 + 9, records: 32 });
  });

  it('goes on when a collector throws, and tells', () => {
    const broken = new FakeCollector('x');
    broken.throwing.add('onRecords');
    const good = new FakeCollector('y');
    const { session, source, events } = setUp({ collectors: [broken, good] });
    session.start();
    source.emit(4);
    session.flush();
    source.emit(4);
    session.stop();
    expect(good.records).toEqual(range(0, 8));
    expect(events).toEqual([
      [
        'error',
        {
          collector: 'x',
          error: expect.objectContaining({ code: 'HFTMON_E_COLLECTOR_FAILED' }) as unknown,
        },
      ],
    ]);
  });

  it('survives listeners that throw', () => {
    const { session, source, collector } = setUp({ capacity: 16 });
    session.on('lost', () => {
      throw new Error('listener broke');
    });
    session.start();
    source.emit(40);
    session.flush();
    expect(collector.records).toHaveLength(16);
  });

  it('shows the source every batch first', () => {
    const { session, source } = setUp();
    session.start();
    source.emit(20);
    session.flush();
    // Number 5 and 19 are of kind Task.
    expect(source.tasks.size).toBe(2);
  });

  it('samples at its own pace', async () => {
    const collector = new FakeCollector('s');
    let samples = 0;
    Object.assign(collector, { sample: () => (samples++, 0) });
    const { session } = setUp({
      collectors: [collector],
      delivery: { mode: 'busy', sliceUs: 100 },
    });
    session.start();
    await new Promise((done) => setTimeout(done, 110));
    expect(samples).toBeGreaterThanOrEqual(3);
    expect(samples).toBeLessThanOrEqual(7);
  });
});

describe('targets of a session', () => {
  it('follows what was attached before the start, and what is attached later', () => {
    const { session, source, collector, proc } = setUp();
    proc.add(43, { comm: 'feed', startTimeTicks: 77 });
    expect(session.attach(42)).toMatchObject({ pid: 42, comm: 'trader', startTimeTicks: 5000 });
    session.start();
    session.attach(43);
    expect(source.calls).toEqual(['open', 'attach 42', 'start', 'attach 43']);
    expect(collector.log.slice(-2)).toEqual(['a attach 42', 'a attach 43']);
    expect([...session.targets.keys()]).toEqual([42, 43]);
    expect(session.targets.get(43)).toMatchObject({ comm: 'feed', startTimeTicks: 77 });
  });

  it('makes one entry of two attaches', () => {
    const { session, source } = setUp();
    const first = session.attach(42);
    expect(session.attach(42)).toBe(first);
    session.start();
    expect(session.attach(42)).toBe(first);
    expect(source.calls.filter((call) => call === 'attach 42')).toHaveLength(1);
  });

  it('never takes a new process for the old one of the same pid', () => {
    const { session, source, events, proc, collector } = setUp();
    const first = session.attach(42);
    session.start();
    proc.add(42, { comm: 'other', startTimeTicks: 6000 });
    const second = session.attach(42);
    expect(second.startTimeTicks).toBe(6000);
    expect(events).toEqual([
      ['processExit', { target: first, timestampNs: expect.any(Number) as number }],
    ]);
    expect(collector.log.slice(-3)).toEqual(['a attach 42', 'a detach 42', 'a attach 42']);
    expect(source.calls.filter((call) => call === 'attach 42')).toHaveLength(2);
  });

  it('refuses a process that is none and keeps nothing of it', () => {
    const { session, source } = setUp();
    for (const pid of [0, -3, 999_999_999])
      expect(() => session.attach(pid)).toThrow(/pid|process/);
    session.start();
    expect(() => session.attach(77)).toThrow(
      expect.objectContaining({ name: 'ProcessNotFoundError' }),
    );
    expect(session.targets.size).toBe(0);
    expect(source.calls).toEqual(['open', 'start']);
  });

  it('keeps nothing of a process that the source refuses', () => {
    const { session, source, collector } = setUp();
    session.start();
    source.failures.set('attach 42', new Error('too many'));
    expect(() => session.attach(42)).toThrow('too many');
    expect(session.targets.size).toBe(0);
    expect(collector.log).not.toContain('a attach 42');
  });

  it('notices a process that ends while it is attached', () => {
    const { session, source, proc } = setUp();
    session.start();
    const attach = source.attach.bind(source);
    source.attach = (pid) => {
      attach(pid);
      proc.remove(pid);
    };
    expect(() => session.attach(42)).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_PROCESS_EXITED' }),
    );
    expect(source.calls.slice(-2)).toEqual(['attach 42', 'detach 42']);
    expect(session.targets.size).toBe(0);
  });

  it('reports a process that ended between attach and start, and follows the rest', () => {
    const { session, source, events, proc } = setUp();
    proc.add(43);
    const gone = session.attach(42);
    session.attach(43);
    proc.remove(42);
    session.start();
    expect(session.state).toBe('running');
    expect(source.calls).toEqual(['open', 'attach 43', 'start']);
    expect(events).toEqual([
      ['processExit', { target: gone, timestampNs: expect.any(Number) as number }],
    ]);
    expect([...session.targets.keys()]).toEqual([43]);
  });

  it('delivers the last records of a process before it reports its end', async () => {
    const { session, source, events, collector } = setUp({ delivery: { intervalMs: 1 } });
    session.attach(42);
    session.start();
    let recordsAtExit = -1;
    session.on('processExit', () => (recordsAtExit = collector.records.length));
    source.pending = 9;
    source.ended.push(42);
    await vi.waitFor(() => expect(events).toHaveLength(1));
    expect(recordsAtExit).toBe(9);
    expect(session.targets.size).toBe(0);
    expect(collector.log.at(-1)).toBe('a detach 42');
    expect(source.calls).not.toContain('detach 42');
  });

  it('detaches, once, after the records so far', () => {
    const { session, source, collector } = setUp();
    session.attach(42);
    session.start();
    source.pending = 4;
    let recordsAtDetach = -1;
    collector.detach = () => (recordsAtDetach = collector.records.length);
    session.detach(42);
    session.detach(42);
    session.detach(4711);
    expect(recordsAtDetach).toBe(4);
    expect(source.calls.filter((call) => call.startsWith('detach'))).toEqual(['detach 42']);
    expect(session.targets.size).toBe(0);
  });

  it('detaches before the start', () => {
    const { session, source } = setUp();
    session.attach(42);
    session.detach(42);
    session.start();
    expect(source.calls).toEqual(['open', 'start']);
  });
});

describe('answers of a session', () => {
  it('come with the latest records, and after stop and close', () => {
    const { session, source } = setUp();
    session.start();
    source.pending = 3;
    expect(session.snapshot('a', { q: 1 })).toEqual({ query: { q: 1 }, records: 3 });
    source.pending = 2;
    session.stop();
    expect(session.snapshot('a', {})).toEqual({ query: {}, records: 5 });
    session.close();
    expect(session.snapshot('a', {})).toEqual({ query: {}, records: 5 });
  });

  it('are refused for a collector that never was open', () => {
    const failing = new FakeCollector('f');
    failing.throwing.add('open');
    const { session } = setUp({ collectors: [failing] });
    expect(() => session.snapshot('none', {})).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_COLLECTOR_UNKNOWN' }),
    );
    expect(() => session.snapshot('f', {})).toThrow(
      expect.objectContaining({ code: 'HFTMON_E_COLLECTOR_STATE', state: 'idle' }),
    );
    session.start();
    expect(() => session.snapshot('f', {})).toThrow(
      expect.objectContaining({
        state: 'failed',
        cause: expect.objectContaining({ code: 'HFTMON_E_INTERNAL' }) as unknown,
      }),
    );
  });

  it('may scan the history until the session is closed', () => {
    const { session, source, collector } = setUp();
    session.start();
    source.emit(50);
    const { history } = collector.context!;
    expect(history.scan(() => undefined)).toEqual({ visited: 50, lost: 0 });
    session.stop();
    expect(history.scan(() => undefined)).toEqual({ visited: 50, lost: 0 });
    session.close();
    expect(history.scan(() => undefined)).toEqual({ visited: 0, lost: 0 });
  });
});

describe('marks of a session', () => {
  it('travel through the stream', () => {
    const { session, source } = setUp();
    const seen: unknown[] = [];
    expect(session.mark('order', 1)).toBe(false);
    session.start();
    source.observe = ({ u32, f64, count }) => {
      for (let base = 0; base < count * 16; base += 16) {
        expect(kindAt(u32, base)).toBe(RecordKind.Mark);
        expect(f64[base / 2]).toBeGreaterThan(0);
        seen.push([
          session.marks.nameOf(markName(u32, base)),
          markId(u32, base),
          markValue(u32, base),
        ]);
      }
    };
    expect(session.mark('order', 2 ** 40 + 1, -2.5)).toBe(true);
    session.mark('fill');
    session.mark('order', 3);
    session.flush();
    expect(seen).toEqual([
      ['order', 2 ** 40 + 1, -2.5],
      ['fill', 0, 0],
      ['order', 3, 0],
    ]);
    expect(session.marks.nameOf(9)).toBe(undefined);
  });

  it('are refused by a writer without room', () => {
    const { session, source } = setUp();
    session.start();
    source.writer.claim = () => -1;
    expect(session.mark('order')).toBe(false);
  });
});
