import { usageError } from '../../errors/usage-error.js';
import { KINDS, type Kind } from './kinds.js';

/**
 * Kinds by their names or by the causes that they are to have; all without names.
 * @throws ConfigurationError
 */
export function chooseKinds(names: readonly string[] | undefined): readonly Kind[] {
  if (names === undefined) return KINDS;
  const known = new Set<string>(KINDS.flatMap(({ id, cause }) => [id, cause]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw usageError(
      `--only has "${unknown}", which is nothing to inject`,
      `choose from ${[...known].join(', ')}`,
    );
  }
  return KINDS.filter(({ id, cause }) => names.includes(id) || names.includes(cause));
}
