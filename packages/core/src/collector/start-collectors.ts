import { CollectorHost, type FailureListener, type SharedContext } from './collector-host.js';
import type { RegisteredCollector } from './collector-registry.js';

/** Running collectors. */
export interface StartedCollectors {
  readonly host: CollectorHost;
  /** Closes them in reverse order. Idempotent. */
  undo(): void;
}

/**
 * Opens the collectors that can be opened and returns how to undo that.
 * @param onFailure - hears of each one that could not be opened, or is shut off later
 */
export function startCollectors(
  list: readonly RegisteredCollector[],
  context: SharedContext,
  onFailure: FailureListener = (name, error) => context.log.warn(`${name}: ${error.message}`),
): StartedCollectors {
  const host = new CollectorHost(list, onFailure);
  host.open(context);
  return { host, undo: () => host.close() };
}
