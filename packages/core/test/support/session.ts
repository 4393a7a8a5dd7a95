import { expect, onTestFinished, vi } from 'vitest';
import { CollectorRegistry, Session, type SessionOptions } from '../../src/index.js';
import { FakeCollector } from './fake-collector.js';
import { FakeProc } from './fake-proc.js';
import { FakeSource } from './fake-source.js';

export interface SetUpOptions extends Partial<SessionOptions> {
  readonly capacity?: number;
  readonly collectors?: readonly FakeCollector[];
}

/** A session over a source that the test fills, closed when the test ends. */
export function setUp({ capacity = 64, collectors, ...options }: SetUpOptions = {}) {
  const proc = new FakeProc();
  proc.add(42);
  const source = new FakeSource(proc.root, capacity);
  const registry = new CollectorRegistry();
  const list = collectors ?? [new FakeCollector('a', { kinds: [1, 7] })];
  for (const collector of list) registry.register(collector);
  const session = new Session({ source, registry, ...options });
  onTestFinished(() => {
    session.close();
    vi.useRealTimers();
  });
  const events: [string, unknown][] = [];
  for (const name of ['lost', 'processExit', 'error', 'unsupported'] as const) {
    session.on(name, (event) => void events.push([name, event]));
  }
  return { proc, source, session, events, collector: list[0] as FakeCollector };
}

/** Whole numbers from `from` to below `to`. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

/** What a call in the wrong state throws. */
export function stateError(): Error {
  return expect.objectContaining({ code: 'HFTMON_E_SESSION_STATE' }) as Error;
}
