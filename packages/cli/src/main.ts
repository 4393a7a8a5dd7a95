import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { splitCommand } from './args/split-command.js';
import { describeError } from './errors/describe-error.js';
import { exitCodeOf } from './errors/exit-code-of.js';
import { usageError } from './errors/usage-error.js';
import { ExitCode } from './exit-codes.js';
import { Output } from './io/output.js';
import { createProgram } from './program/create-program.js';

/**
 * Runs the hftmon command.
 * @param argv - arguments, without the program's own path
 * @returns the exit code; errors have been reported on stderr, in one line
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let result: ExitCode = ExitCode.Ok;
  // When nobody can be told what is wrong, the exit code still says it.
  process.stderr.on('error', () => undefined);
  try {
    const { own, command } = splitCommand(argv);
    const onResult = (code: ExitCode): void => void (result = code);
    const program = createProgram({ version: version(), command, onResult });
    if (own.length === 0) throw usageError('there is no verb', 'see hftmon --help');
    await program.parseAsync([...own], { from: 'user' }).catch(afterHelp);
    return result;
  } catch (error) {
    const known = error instanceof CommanderError ? fromCommander(error) : error;
    process.stderr.write(`${describeError(known)}\n`);
    return exitCodeOf(known);
  }
}

/** Help and the version end in an error of commander's that is none, once they are written. */
async function afterHelp(error: unknown): Promise<void> {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
  await new Output().close();
}

/** commander's message without its own prefix and suggestions' line breaks. */
function fromCommander({ message }: CommanderError): Error {
  const what = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return usageError(what, 'see hftmon --help, or hftmon VERB --help');
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
