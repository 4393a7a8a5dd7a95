import type { ProbeEnvironment, Session } from '@hftmon/core';
import type { NotObserved } from '@hftmon/latency';

/** What the latency collector offers besides the collector contract. */
interface Observer {
  notObserved(environment: ProbeEnvironment): readonly NotObserved[];
}

/** Causes that the latency collector of a session cannot see; none without that collector. */
export function notObservedCauses(session: Session): readonly NotObserved[] {
  if (!session.registry.has('latency')) return [];
  const { collector } = session.registry.get('latency');
  return (
    (collector as unknown as Partial<Observer>).notObserved?.(session.source.environment) ?? []
  );
}
