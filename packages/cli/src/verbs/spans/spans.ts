import type { SlowSpan, SpanProbe } from '@hftmon/monitor';
import { requireLatency } from '../../args/require-latency.js';
import { requireTarget } from '../../args/require-target.js';
import { formatOf, type RunOptions } from '../../args/run-options.js';
import type { ExitCode } from '../../exit-codes.js';
import { Output } from '../../io/output.js';
import { watch } from '../../run/watch.js';
import { createSpanWriter, type SpansSummary } from './writers.js';

export interface SpansOptions extends RunOptions {
  /** ns. */
  readonly budget: number;
  readonly name?: string;
  readonly span?: readonly SpanProbe[];
  readonly once?: boolean;
}

/** `hftmon spans`: every span over its budget as soon as it is known, and a summary in the end. */
export async function spans(
  options: SpansOptions,
  words: readonly string[] | undefined,
): Promise<ExitCode> {
  const target = requireTarget(options.pid, words);
  requireLatency('spans come', options.collectors);
  const { name, budget } = options;
  const budgetUs = budget / 1000;
  const format = formatOf(options);
  const output = new Output(options.output);
  const writer = createSpanWriter(format, output);
  let shown = 0;
  let first: SlowSpan | undefined;
  let corrected = 0;
  try {
    return await watch(
      {
        target,
        output,
        duration: options.duration,
        collectors: options.collectors ?? ['latency'],
        roots: { procRoot: options.procRoot, sysRoot: options.sysRoot },
        configuration: {
          spanBudgetUs: name === undefined ? budgetUs : { [name]: budgetUs },
          ...(options.span === undefined ? {} : { spanProbes: options.span }),
        },
        machineReadable: format !== 'text' && options.output === undefined,
        onReady(monitor, end) {
          monitor.on('span', (span: SlowSpan) => {
            if (options.once === true && shown > 0) return;
            first ??= span;
            shown++;
            writer.span(span);
            if (options.once === true) end.end('enough');
          });
          monitor.on('correction', (correction) => {
            const spans = correction.spans.filter(
              ({ tid, timestampNs }) =>
                options.once !== true || (tid === first?.tid && timestampNs === first.timestampNs),
            );
            if (spans.length === 0) return;
            corrected += spans.length;
            writer.correction({ ...correction, incomplete: [], spans });
          });
        },
      },
      ({ monitor, pids, durationNs, command }) => {
        const query = { includeReceipts: false, ...(name === undefined ? {} : { name }) };
        const report = monitor.getSpans(query);
        const { dropped } = monitor.getLosses();
        const summary: SpansSummary = {
          schema: 'hftmon.spans-summary/1',
          type: 'summary',
          pids,
          ...(command === undefined ? {} : { command }),
          durationNs,
          budgetNs: budget,
          shown,
          ...(corrected === 0 ? {} : { corrected }),
          spans: report.spans,
          origins: report.origins,
          refused: report.refused,
          probes: report.probes,
          withheld: report.withheld,
          unlisted: report.unlisted,
          dropped,
        };
        writer.end(summary);
      },
    );
  } finally {
    await output.close();
  }
}
