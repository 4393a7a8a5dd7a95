import type { NotObserved } from '@hftmon/monitor';

/** Causes that a session could not see, in one line; none when it could see all. */
export function notObservedText(causes: readonly NotObserved[]): string[] {
  if (causes.length === 0) return [];
  const names = causes.map(({ cause }) => cause).join(', ');
  return [`not observed here (hftmon doctor says why): ${names}`];
}
