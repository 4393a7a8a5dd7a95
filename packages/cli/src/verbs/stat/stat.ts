import type { SpanProbe } from '@hftmon/monitor';
import { formatOf, type RunOptions } from '../../args/run-options.js';
import { requireLatency } from '../../args/require-latency.js';
import { requireTarget } from '../../args/require-target.js';
import type { ExitCode } from '../../exit-codes.js';
import { toJson } from '../../format/json.js';
import { Output } from '../../io/output.js';
import { styleFor } from '../../io/style.js';
import { watch, type Watched } from '../../run/watch.js';
import { statDocument, type StatDocument } from './document.js';
import { collectorText, processText } from './text.js';

export interface StatOptions extends RunOptions {
  readonly confirmFalseSharing?: boolean;
  readonly sampleAccesses?: boolean;
  readonly resctrl?: boolean;
  readonly damon?: boolean;
  readonly span?: readonly SpanProbe[];
}

/** `hftmon stat`: exact totals of every thread over the run. */
export async function stat(
  options: StatOptions,
  words: readonly string[] | undefined,
): Promise<ExitCode> {
  const target = requireTarget(options.pid, words);
  if (options.span !== undefined) requireLatency('spans come', options.collectors);
  const format = formatOf(options);
  const output = new Output(options.output);
  try {
    return await watch(
      {
        target,
        output,
        duration: options.duration,
        collectors: options.collectors,
        roots: { procRoot: options.procRoot, sysRoot: options.sysRoot },
        configuration: {
          confirmFalseSharing: options.confirmFalseSharing === true,
          sampleAccesses: options.sampleAccesses === true,
          resctrl: options.resctrl === true,
          damon: options.damon === true,
          ...(options.span === undefined ? {} : { spanProbes: options.span }),
        },
        machineReadable: format !== 'text' && options.output === undefined,
      },
      (watched) => {
        const documents = watched.pids.map((pid) => statDocument({ ...watched, pid }));
        if (format === 'text') writeText(documents, watched, output);
        else if (format === 'jsonl' || documents.length === 1) {
          for (const document of documents) output.line(toJson(document, format));
        } else {
          const all = { schema: 'hftmon.stats/1', type: 'stats', processes: documents };
          output.line(toJson(all, format));
        }
      },
    );
  } finally {
    await output.close();
  }
}

function writeText(documents: readonly StatDocument[], { monitor }: Watched, output: Output): void {
  const style = styleFor(output.isTerminal);
  for (const document of documents) {
    for (const line of [...processText(document, style), '']) output.line(line);
  }
  for (const line of collectorText(documents[0]!, monitor.collectors(), style)) output.line(line);
}
