import { Command, Option } from 'commander';
import { parseDurationOption } from '../args/parse-duration-option.js';
import { parseNames } from '../args/parse-names.js';
import { parsePositive } from '../args/parse-positive.js';
import { parseSpanProbe } from '../args/parse-span-probe.js';
import { DEFAULT_THRESHOLDS, parseThresholds } from '../args/parse-thresholds.js';
import { parseNumber } from '../args/parse-number.js';
import { parseRate } from '../args/parse-rate.js';
import { parseSeed } from '../args/parse-seed.js';
import type { ExitCode } from '../exit-codes.js';
import { addOutputOptions, addRootOptions, addRunOptions } from './common-options.js';

const EXIT_CODES = `
Exit codes: 0 fine, 1 a check failed, 2 wrong command line, 3 not permitted or not supported here,
4 the target is gone.`;

const EXAMPLES = `
Examples:
  hftmon demo                                see it at work on a built-in matching engine
  sudo hftmon spikes -p 4711 --threshold 50us
  sudo hftmon spans -p 4711 --budget 20us    what the target's own marks say
  sudo hftmon stat -d 10s -- ./engine --replay day.bin
  hftmon doctor                              what works on this host, and how to get the rest`;

/** What the verbs need besides their options. */
export interface Invocation {
  readonly version: string;
  /** What followed `--`. */
  readonly command: readonly string[] | undefined;
  /** Hears the exit code of the verb that ran. */
  readonly onResult: (code: ExitCode) => void;
}

/** The command line of hftmon. A verb's code is loaded when it runs, so that help is quick. */
export function createProgram({ version, command, onResult }: Invocation): Command {
  const program = new Command('hftmon')
    .exitOverride()
    // Errors are reported by the caller, in one line.
    .configureOutput({ outputError: () => undefined })
    .description('What took the CPU away from a hot path, and who did it.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .addHelpText('after', EXIT_CODES);

  addOutputOptions(program.command('demo'))
    .description('watch a built-in matching engine while it is disturbed in known ways')
    .action(async (options) => {
      const { demo } = await import('../verbs/demo/demo.js');
      onResult(await demo(options));
    });

  addRootOptions(addOutputOptions(program.command('doctor')))
    .description('what works on this host, what does not, why, and the command that fixes it')
    .addOption(
      new Option('--collectors <names>', 'only these collectors').argParser(
        parseNames('--collectors'),
      ),
    )
    .action(async (options) => {
      const { doctor } = await import('../verbs/doctor/doctor.js');
      onResult(await doctor(options));
    });

  addOutputOptions(program.command('selftest'))
    .description('disturb a thread in known ways, and say how often hftmon was right')
    .option('--full', '1000 injections and more, in a minute; else 10 s')
    .addOption(
      new Option('--only <names>', 'only these kinds, or causes').argParser(parseNames('--only')),
    )
    .addOption(
      new Option('--seed <number>', 'the same order and pauses as in that run').argParser(
        parseSeed,
      ),
    )
    .addOption(
      new Option('--quiet-loop <duration>', 'disturb nothing: only look for false alarms')
        .argParser(parseDurationOption('--quiet-loop', '60s'))
        .conflicts(['full', 'only']),
    )
    .action(async (options) => {
      const { selftest } = await import('../verbs/selftest/selftest.js');
      onResult(await selftest(options));
    });

  addRunOptions(program.command('spikes'))
    .description('one line per latency spike, with its receipt: what it was made of, and who')
    .addOption(
      new Option(
        '--threshold <durations>',
        'shortest spike; for single threads: 50us,comm:feed*=10us,tid:4711=5us',
      )
        .default(DEFAULT_THRESHOLDS, '50us')
        .argParser(parseThresholds),
    )
    .addOption(
      new Option(
        '--adaptive [factor]',
        'shortest spike of a thread: factor (3) times the 99.9th percentile of its own stalls',
      ).argParser(parsePositive('--adaptive', false)),
    )
    .addOption(
      new Option(
        '--max-per-second <count>',
        'show so many spikes of each second and the longest; count the others',
      ).argParser(parsePositive('--max-per-second', true)),
    )
    .option('--once', 'end after the first spike')
    .option('--min-class <class>', 'only spikes of this class of causes and those before it')
    .option('--flight <dir>', 'record the events around each spike into a file in this directory')
    .addOption(
      new Option(
        '--flight-before <duration>',
        'time before the spike that is recorded (default: 100ms)',
      ).argParser(parseDurationOption('--flight-before', '100ms')),
    )
    .addOption(
      new Option('--flight-after <duration>', 'time after it (default: 20ms)').argParser(
        parseDurationOption('--flight-after', '20ms'),
      ),
    )
    .action(async (options) => {
      const { spikes } = await import('../verbs/spikes/spikes.js');
      onResult(await spikes(options, command));
    });

  addRunOptions(program.command('spans'))
    .description(
      'one line per slow span that the target marks with @hftmon/marker, with its receipt',
    )
    .addOption(
      new Option('--budget <duration>', 'what a span may take; longer ones are shown')
        .default(100_000, '100us')
        .argParser(parseDurationOption('--budget', '100us')),
    )
    .option('--name <name>', 'only spans of this name')
    .addOption(spanOption())
    .option('--once', 'end after the first slow span')
    .action(async (options) => {
      const { spans } = await import('../verbs/spans/spans.js');
      onResult(await spans(options, command));
    });

  addOutputOptions(program.command('flight'))
    .description('what a recording of the flight recorder holds (spikes --flight)')
    .argument('<file>', 'the recording')
    .action(async (file, options) => {
      const { flight } = await import('../verbs/flight/flight.js');
      onResult(await flight(file, options));
    });

  addRunOptions(program.command('stat'))
    .description('exact counts and percentiles per thread over the run')
    .option(
      '--confirm-false-sharing',
      'prove suspected cache lines with watchpoints, each hit of which stops a thread for some 10 us',
    )
    .option(
      '--sample-accesses',
      'sample with PEBS, IBS or SPE which node serves the memory accesses; a sample interrupts the target',
    )
    .option(
      '--resctrl',
      'count the memory traffic of each process with a monitoring group of resctrl, removed at the end',
    )
    .option(
      '--damon',
      'find hot memory with DAMON, unless somebody else uses it; taken down at the end',
    )
    .addOption(spanOption())
    .action(async (options) => {
      const { stat } = await import('../verbs/stat/stat.js');
      onResult(await stat(options, command));
    });

  addRootOptions(addOutputOptions(program.command('noise')))
    .description('what keeps a busy thread from a CPU: gaps in its clock, each with its causes')
    .addOption(
      new Option('--cpu <n>', 'the CPU to keep busy')
        .makeOptionMandatory()
        .argParser(parseNumber('--cpu', 0, 65_535)),
    )
    .addOption(
      new Option('-d, --duration <duration>', 'how long, at most 1h')
        .default(10_000_000_000, '10s')
        .argParser(parseDurationOption('--duration')),
    )
    .addOption(
      new Option('--rate <rate>', 'samples a second: 1mhz at most; max: read without pause')
        .default(1000, '1mhz')
        .argParser(parseRate),
    )
    .addOption(
      new Option('--threshold <duration>', 'shortest gap')
        .default(1000, '1us')
        .argParser(parseDurationOption('--threshold', '1us')),
    )
    .addOption(
      new Option('--priority <n>', 'SCHED_FIFO, resting a tenth of the time').argParser(
        parseNumber('--priority', 1, 99),
      ),
    )
    .option('--force', 'take the CPU although others need it')
    .action(async (options) => {
      const { noise } = await import('../verbs/noise/noise.js');
      onResult(await noise(options));
    });

  return program;
}

function spanOption() {
  return new Option(
    '--span <name=binary:function>',
    'also each call of a function, or name=usdt:provider:begin..provider:end, by uprobes, which cost the target microseconds; may be repeated',
  ).argParser(parseSpanProbe);
}
