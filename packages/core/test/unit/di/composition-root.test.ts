import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CollectorRegistry,
  MonotonicClock,
  Session,
  TOKENS,
  createMonitorContainer,
  resolveSession,
} from '../../../src/index.js';
import { FakeCollector } from '../../support/fake-collector.js';
import { FakeSource } from '../../support/fake-source.js';

function options() {
  return {
    source: new FakeSource(),
    registry: new CollectorRegistry().register(new FakeCollector('a')),
  };
}

describe('createMonitorContainer', () => {
  it('composes a session that runs', () => {
    const parts = options();
    const session = resolveSession(createMonitorContainer(parts));
    expect(session).toBeInstanceOf(Session);
    expect(session.source).toBe(parts.source);
    expect(session.clock.epochMonotonicNs).toBe(parts.source.epochMonotonicNs);
    session.start();
    parts.source.emit(2);
    session.close();
    expect(session.stats()[0]).toMatchObject({ records: 2, state: 'closed' });
  });

  it('gives each monitor its own session, and each time the same', () => {
    const first = createMonitorContainer(options());
    const second = createMonitorContainer(options());
    expect(resolveSession(first)).toBe(resolveSession(first));
    expect(resolveSession(first)).not.toBe(resolveSession(second));
  });

  it('lets a part be replaced', () => {
    const monitor = createMonitorContainer(options());
    const clock = new MonotonicClock(1n);
    monitor.register(TOKENS.SessionClock, { useValue: clock });
    expect(resolveSession(monitor).clock).toBe(clock);
  });
});

describe('tsyringe', () => {
  it('is imported by the composition root alone', () => {
    const src = join(import.meta.dirname, '../../../src');
    const users = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /from 'tsyringe'|reflect-metadata/.test(readFileSync(join(src, name), 'utf8')),
      );
    expect(users).toEqual(['di/composition-root.ts']);
  });
});
