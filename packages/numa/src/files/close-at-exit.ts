/** Something that the kernel would keep after this process. */
export interface Closable {
  close(): void;
}

const open = new Set<Closable>();

process.on('exit', () => closeAll(open));

/**
 * Closes all of them, whatever one of them throws.
 * @throws what the only one threw that did, or an AggregateError
 */
export function closeAll(closables: Iterable<Closable>): void {
  const errors: unknown[] = [];
  for (const closable of closables) {
    try {
      closable.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} were not closed`);
  if (errors.length === 1) throw errors[0];
}

/** Has it closed when the process ends without doing so. @returns takes it out again */
export function closeAtExit(closable: Closable): () => void {
  open.add(closable);
  return () => void open.delete(closable);
}
