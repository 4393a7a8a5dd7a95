import { usageError } from '../errors/usage-error.js';

/**
 * @param what - that only this collector gives: `spans come`
 * @throws ConfigurationError when other collectors were chosen
 */
export function requireLatency(what: string, collectors: readonly string[] | undefined): void {
  if (collectors === undefined || collectors.includes('latency')) return;
  throw usageError(
    `${what} from the collector latency, which is not among ${collectors.join(',')}`,
    'add it to --collectors',
  );
}
