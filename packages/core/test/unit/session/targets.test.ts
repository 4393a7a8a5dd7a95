import { describe, expect, it } from 'vitest';
import type { Collector, Session } from '../../../src/index.js';
import { FakeCollector } from '../../support/fake-collector.js';
import { setUp } from '../../support/session.js';

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

  it('tells a collector nothing of a target that shall be left alone by it', () => {
    const log: string[] = [];
    const collectors = ['a', 'b'].map((name) => new FakeCollector(name, { kinds: [1] }, log));
    const { session } = setUp({ collectors });
    session.attach(42, { without: ['a'] });
    session.start();
    session.detach(42);
    expect(log.filter((line) => line.includes('42'))).toEqual([
      'b attach 42',
      'b leave 42',
      'b detach 42',
    ]);
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
    await expect.poll(() => events).toHaveLength(1);
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

  it('delivers also what comes while it is being detached', () => {
    const { session, source, collector } = setUp();
    session.attach(42);
    session.start();
    const detach = source.detach.bind(source);
    source.detach = (pid) => {
      source.pending = 3;
      detach(pid);
    };
    let recordsAtDetach = -1;
    collector.detach = () => (recordsAtDetach = collector.records.length);
    session.detach(42);
    expect(recordsAtDetach).toBe(3);
  });

  describe('from within a delivery', () => {
    /** Two collectors; the first has the target detached at its third record, while more comes. */
    function detached(meanwhile: (session: Session) => void = () => undefined) {
      const log: string[] = [];
      const [first, second] = [new FakeCollector('a', {}, log), new FakeCollector('b', {}, log)];
      const all = setUp({ collectors: [first, second], capacity: 16 });
      const { session, source } = all;
      for (const collector of [first, second] as (FakeCollector & Collector)[]) {
        const { name } = collector.meta;
        collector.leave = ({ pid }) => log.push(`${name} leave ${pid} ${collector.records.length}`);
        collector.detach = ({ pid }) =>
          log.push(`${name} detach ${pid} ${collector.records.length}`);
      }
      const detach = source.detach.bind(source);
      source.detach = (pid) => {
        detach(pid);
        source.pending = 4;
      };
      first.onBatch = () => {
        if (first.records.length !== 3) return;
        session.detach(42);
        log.push('returned');
        meanwhile(session);
      };
      session.attach(42);
      session.start();
      log.length = 0;
      source.emit(3);
      session.flush();
      return { ...all, log };
    }

    it('lets go when all of its records were delivered to all', () => {
      const { session, source, log, events } = detached();
      expect(log).toEqual([
        'a leave 42 3',
        'b leave 42 0',
        'returned',
        'a detach 42 7',
        'b detach 42 7',
      ]);
      expect(session.targets.size).toBe(0);
      expect(source.calls.filter((call) => call.startsWith('detach'))).toEqual(['detach 42']);
      source.emit(2);
      session.flush();
      expect(log).toHaveLength(5);
      expect(events).toEqual([]);
    });

    it('lets go once, and before it is attached again', () => {
      const { session, log } = detached((running) => {
        running.detach(42);
        running.attach(42);
      });
      expect(log).toEqual([
        'a leave 42 3',
        'b leave 42 0',
        'returned',
        'a detach 42 3',
        'b detach 42 0',
        'a attach 42',
        'b attach 42',
      ]);
      expect(session.targets.has(42)).toBe(true);
    });

    it('leaves as well in the last delivery of a session that is stopped', () => {
      const log: string[] = [];
      const collector: FakeCollector & Collector = new FakeCollector('a', {}, log);
      const { session, source } = setUp({ collectors: [collector] });
      collector.leave = ({ pid }) => log.push(`a leave ${pid}`);
      collector.onBatch = () => session.detach(42);
      session.attach(42);
      session.start();
      log.length = 0;
      source.pending = 3;
      session.stop();
      session.detach(42);
      expect(log).toEqual(['a leave 42', 'a detach 42', 'a close', 'a undo 2', 'a undo 1']);
    });

    it('lets go no more when the session was stopped meanwhile', () => {
      const { log, events } = detached((running) => running.stop());
      expect(log.slice(2)).toEqual(expect.arrayContaining(['returned', 'b close', 'a close']));
      expect(log.some((line) => line.includes(' detach '))).toBe(false);
      expect(events).toEqual([]);
    });
  });

  it('detaches before the start', () => {
    const { session, source } = setUp();
    session.attach(42);
    session.detach(42);
    session.start();
    expect(source.calls).toEqual(['open', 'start']);
  });
});
