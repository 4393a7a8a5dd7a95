import { describe, expect, it } from 'vitest';
import { closeAll } from '../../src/files/close-at-exit.js';

describe('closing all', () => {
  const closed: string[] = [];
  const closable = (name: string, error?: Error) => ({
    close: () => {
      closed.push(name);
      if (error !== undefined) throw error;
    },
  });

  it('goes on after one that throws, and tells of each', () => {
    const [first, second] = [new Error('first'), new Error('second')];
    const one = [closable('a', first), closable('b')];
    expect(() => closeAll(one)).toThrow(first);
    expect(() => closeAll([...one, closable('c', second), closable('d')])).toThrow(
      expect.objectContaining({ name: 'AggregateError', errors: [first, second] }),
    );
    expect(closed).toEqual(['a', 'b', 'a', 'b', 'c', 'd']);
    closeAll([closable('e')]);
  });
});
