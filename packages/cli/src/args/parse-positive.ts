import { usageError } from '../errors/usage-error.js';

/** A number above 0 of an option. @throws ConfigurationError */
export function parsePositive(option: string, whole: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value > 0 && Number.isFinite(value)) {
      if (!whole || Number.isSafeInteger(value)) return value;
    }
    throw usageError(`${option} is ${text}`, `give a ${whole ? 'whole ' : ''}number above 0`);
  };
}
