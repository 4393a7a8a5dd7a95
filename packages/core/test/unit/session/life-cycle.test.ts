import { describe, expect, it } from 'vitest';
import { NO_STACK } from '../../../src/index.js';
import { FakeCollector } from '../../support/fake-collector.js';
import { setUp, stateError } from '../../support/session.js';

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
