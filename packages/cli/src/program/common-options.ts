import { Option, type Command } from 'commander';
import { parseDurationOption } from '../args/parse-duration-option.js';
import { parseNames } from '../args/parse-names.js';
import { parsePids } from '../args/parse-pids.js';

/** Options that every verb has. */
export function addOutputOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'one JSON document').conflicts('jsonl'))
    .addOption(new Option('--jsonl', 'one JSON object per line'))
    .option('-o, --output <file>', 'write the result to a file');
}

/** Where to look instead of this host's own trees. */
export function addRootOptions(command: Command): Command {
  return command
    .option('--proc-root <dir>', 'another /proc: of the host in a container, or a captured one')
    .option('--sys-root <dir>', 'another /sys');
}

/** Options of every verb that watches processes. */
export function addRunOptions(command: Command): Command {
  const collectors = 'collectors to use, by name (default: all)';
  return addRootOptions(
    addOutputOptions(command)
      .usage('[options] (-p PID[,PID] | -- COMMAND [ARGS])')
      .addOption(
        new Option('-p, --pid <pids>', 'processes to watch, all their threads included').argParser(
          parsePids,
        ),
      )
      .addOption(
        new Option(
          '-d, --duration <duration>',
          'how long: 10s, 500ms, 2m (default: until the target ends, or Ctrl-C)',
        ).argParser(parseDurationOption('--duration')),
      )
      .addOption(
        new Option('--collectors <names>', collectors).argParser(parseNames('--collectors')),
      ),
  );
}
