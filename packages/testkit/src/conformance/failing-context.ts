import type { CollectorContext } from '@hftmon/core';

/** A context that throws when it is used once more than `uses` times. */
export function failAfter(context: CollectorContext, uses: number): CollectorContext {
  let left = uses;
  return new Proxy(context, {
    get(target, property, receiver): unknown {
      if (typeof property === 'string' && left-- <= 0) {
        throw new Error(`made to fail at ${property}`);
      }
      return Reflect.get(target, property, receiver);
    },
  });
}
