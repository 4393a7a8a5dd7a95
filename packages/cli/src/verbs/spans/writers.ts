import {
  correctionToJson,
  spanToJson,
  type SlowSpan,
  type SpanReport,
  type SpikeCorrection,
} from '@hftmon/monitor';
import type { Format } from '../../args/run-options.js';
import { correctedText, correctionLine } from '../../format/correction-text.js';
import { toJson } from '../../format/json.js';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { spanLine, spanReportLines } from '../../format/span-text.js';
import { EventDocument } from '../../io/event-document.js';
import type { Output } from '../../io/output.js';
import { styleFor } from '../../io/style.js';
import type { CommandEnd } from '../../run/launched-command.js';

/** The line that closes a stream of spans. */
export interface SpansSummary {
  readonly schema: 'hftmon.spans-summary/1';
  readonly type: 'summary';
  readonly pids: readonly number[];
  readonly command?: { readonly words: readonly string[] } & CommandEnd;
  readonly durationNs: number;
  readonly budgetNs: number;
  /** Slow spans that were told. */
  readonly shown: number;
  /** Those that turned out to be incomplete after they were told; absent when there are none. */
  readonly corrected?: number;
  readonly spans: SpanReport['spans'];
  readonly origins: SpanReport['origins'];
  readonly refused: SpanReport['refused'];
  readonly probes: SpanReport['probes'];
  readonly withheld: number;
  readonly unlisted: number;
  /** Kernel events without which receipts may be incomplete. */
  readonly dropped: number;
}

/** Writes spans as they come, and the summary. */
export interface SpanWriter {
  span(span: SlowSpan): void;
  /** Some of those that were written turned out to be incomplete. */
  correction(correction: SpikeCorrection): void;
  end(summary: SpansSummary): void;
}

export function createSpanWriter(format: Format, output: Output): SpanWriter {
  if (format === 'text') return textWriter(output);
  return format === 'jsonl' ? streamWriter(output) : documentWriter(output);
}

function streamWriter(output: Output): SpanWriter {
  return {
    span: (span) => output.line(toJson(spanToJson(span), 'jsonl')),
    correction: (correction) => output.line(toJson(correctionToJson(correction), 'jsonl')),
    end: (summary) => output.line(toJson(summary, 'jsonl')),
  };
}

function documentWriter(output: Output): SpanWriter {
  const document = new EventDocument(output, 'spans');
  return {
    span: (span) => document.add(spanToJson(span)),
    correction: (correction) => document.correct(correction),
    end: (summary) => document.end(summary),
  };
}

function textWriter(output: Output): SpanWriter {
  const style = styleFor(output.isTerminal);
  return {
    span: (span) => output.line(spanLine(span, style)),
    correction: (correction) => output.line(correctionLine(correction, style)),
    end(summary) {
      for (const line of summaryText(summary)) output.line(line);
    },
  };
}

function summaryText(summary: SpansSummary): string[] {
  const { shown, corrected, budgetNs, durationNs, origins, refused, probes } = summary;
  const none = origins.length === 0 && refused.length === 0 && probes.length === 0;
  return [
    '',
    `${plural(shown, 'span')} over ${shortDuration(budgetNs)} in ${shortDuration(durationNs)}`,
    ...(corrected === undefined ? [] : [correctedText(plural(corrected, 'span'))]),
    ...(none ? ['the target marked nothing; @hftmon/marker tells how'] : []),
    ...spanReportLines({ ...summary, slow: [] }),
  ];
}
