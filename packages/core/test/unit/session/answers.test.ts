import { describe, expect, it } from 'vitest';
import { FakeCollector } from '../../support/fake-collector.js';
import { setUp } from '../../support/session.js';

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
