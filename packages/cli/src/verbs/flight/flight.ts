import { readFlight } from '@hftmon/monitor';
import { formatOf, type OutputOptions } from '../../args/run-options.js';
import { ExitCode } from '../../exit-codes.js';
import { toJson } from '../../format/json.js';
import { Output } from '../../io/output.js';
import { styleFor } from '../../io/style.js';
import { busiestThreads } from './busiest-threads.js';
import { flightText } from './text.js';

/** `hftmon flight FILE`: what a recording of the flight recorder holds. */
export async function flight(file: string, options: OutputOptions): Promise<ExitCode> {
  const recording = readFlight(file);
  const threads = busiestThreads(recording);
  const format = formatOf(options);
  const output = new Output(options.output);
  try {
    if (format === 'text') {
      const style = styleFor(output.isTerminal);
      for (const line of flightText(recording, threads, style)) output.line(line);
    } else {
      const { meta, spikes, spans, losses } = recording;
      output.line(toJson({ ...meta, spikes, spans, losses, threads }, format));
    }
  } finally {
    await output.close();
  }
  return ExitCode.Ok;
}
