/** Lines of `key: value` or `key:\tvalue`, as in status and fdinfo files. */
export function parseKeyValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return values;
}

/** A number of such a file. @throws when it is missing or none */
export function numberOf(values: ReadonlyMap<string, string>, key: string): number {
  const text = values.get(key);
  const value = Number(text);
  if (text === undefined || text === '' || Number.isNaN(value)) {
    throw new Error(`no number "${key}" in this text`);
  }
  return value;
}
