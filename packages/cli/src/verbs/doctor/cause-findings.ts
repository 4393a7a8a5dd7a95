import { CAUSE_CLASS, type Cause, type NotObserved } from '@hftmon/monitor';
import type { CauseFinding } from './report.js';

/** Which causes of spikes a session on this host can tell, in the order of their classes. */
export function causeFindings(notObserved: readonly NotObserved[]): CauseFinding[] {
  const reasons = new Map(notObserved.map(({ cause, reason }) => [cause, reason]));
  return Object.entries(CAUSE_CLASS)
    .filter(([cause]) => cause !== 'unexplained')
    .map(([name, causeClass]) => {
      const reason = reasons.get(name as Cause);
      const finding =
        reason === undefined
          ? { status: 'available' as const }
          : { status: 'absent' as const, reason };
      return { name: name as Cause, causeClass, ...finding };
    });
}
