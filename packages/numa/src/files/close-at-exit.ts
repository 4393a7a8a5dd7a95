/** Something that the kernel would keep after this process. */
export interface Closable {
  close(): void;
}

const open = new Set<Closable>();

process.on('exit', () => {
  for (const closable of open) closable.close();
});

/** Has it closed when the process ends without doing so. @returns takes it out again */
export function closeAtExit(closable: Closable): () => void {
  open.add(closable);
  return () => void open.delete(closable);
}
