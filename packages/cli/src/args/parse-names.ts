import { usageError } from '../errors/usage-error.js';

/** Names of an option such as `--collectors a,b`. @throws ConfigurationError */
export function parseNames(option: string): (text: string) => string[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.every((name) => name !== '')) return [...new Set(names)];
    throw usageError(`${option} "${text}" has an empty name`, `write ${option} a,b`);
  };
}
