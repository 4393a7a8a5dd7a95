/** An object without its fields that are `undefined`. */
export function definedOnly<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields) as { [Key in keyof Value]?: Exclude<Value[Key], undefined> };
}
