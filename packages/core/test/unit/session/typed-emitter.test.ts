import { describe, expect, it } from 'vitest';
import { TypedEmitter } from '../../../src/index.js';

interface Events {
  error: string;
  count: number;
}

describe('TypedEmitter', () => {
  it('calls the listeners of an event, in order, until they are removed', () => {
    const emitter = new TypedEmitter<Events>();
    const calls: string[] = [];
    const listener = (n: number): void => void calls.push(`a ${n}`);
    const off = emitter.on('count', listener);
    emitter.on('count', (n) => void calls.push(`b ${n}`));
    emitter.emit('count', 1);
    off();
    emitter.emit('count', 2);
    emitter.off('count', listener);
    expect(calls).toEqual(['a 1', 'b 1', 'b 2']);
  });

  it('drops an error that nobody listens to', () => {
    new TypedEmitter<Events>().emit('error', 'unheard');
  });

  it('isolates a listener that throws', () => {
    const thrown: string[] = [];
    const emitter = new TypedEmitter<Events>((message) => void thrown.push(message));
    let heard = 0;
    emitter.on('count', () => {
      throw new Error('broke');
    });
    emitter.on('count', () => heard++);
    emitter.emit('count', 1);
    expect(heard).toBe(1);
    expect(thrown).toEqual(["listener of 'count' threw: broke"]);
  });
});
