import { usageError } from '../errors/usage-error.js';

/** What a verb is to watch: processes that run, or a command to launch. */
export type TargetChoice =
  { readonly pids: readonly number[] } | { readonly command: readonly string[] };

/** @throws ConfigurationError when there is no target, or two kinds of it */
export function requireTarget(
  pids: readonly number[] | undefined,
  command: readonly string[] | undefined,
): TargetChoice {
  const remedy = 'write -p PID[,PID], or -- COMMAND ARGS';
  if (pids !== undefined && command !== undefined) {
    throw usageError('both -p and a command were given', remedy);
  }
  if (pids !== undefined) return { pids };
  if (command === undefined) throw usageError('there is nothing to watch', remedy);
  if (command.length === 0) throw usageError('there is no command after --', remedy);
  return { command };
}
