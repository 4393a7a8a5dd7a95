/** JSON of a document, or of one line of a stream. */
export function toJson(value: unknown, format: 'json' | 'jsonl'): string {
  return JSON.stringify(value, undefined, format === 'json' ? 2 : undefined);
}
