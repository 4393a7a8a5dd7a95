/** One word of a POSIX shell that means exactly that text: names in paths may hold anything. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Writes a value to a file of the kernel. */
export function writeCommand(value: string, file: string): string {
  return `echo ${shellWord(value)} > ${shellWord(file)}`;
}

/** Commands as one line, each only after the one before it worked. */
export function inOrder(commands: readonly string[]): string {
  return commands.join(' && ');
}

/** Commands as one line, each whatever became of the one before: a thread may have ended. */
export function allOf(commands: readonly string[]): string {
  return commands.join('; ');
}
