/** A command line cut at its first `--`. */
export interface SplitCommand {
  readonly own: readonly string[];
  /** What follows `--`; `undefined` without one. */
  readonly command: readonly string[] | undefined;
}

/** Everything after the first `--` belongs to the command to launch, whatever it looks like. */
export function splitCommand(argv: readonly string[]): SplitCommand {
  const at = argv.indexOf('--');
  if (at < 0) return { own: argv, command: undefined };
  return { own: argv.slice(0, at), command: argv.slice(at + 1) };
}
