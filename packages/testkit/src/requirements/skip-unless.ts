import { firstUnmet, type Requirement } from './requirements.js';

/** What of vitest's test context is used; `skip` throws. */
export interface SkippableContext {
  skip(note?: string): unknown;
}

/** Skips the running test, with the reason, unless all requirements are met. */
export function skipUnless(context: SkippableContext, ...requirements: Requirement[]): void {
  const reason = firstUnmet(requirements);
  if (reason !== undefined) context.skip(reason);
}
