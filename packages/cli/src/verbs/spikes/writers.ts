import {
  correctionToJson,
  spikeToJson,
  type LatencySpike,
  type SpikeCorrection,
} from '@hftmon/monitor';
import type { Format } from '../../args/run-options.js';
import { adviceText } from '../../format/advice-text.js';
import { correctedText, correctionLine } from '../../format/correction-text.js';
import { toJson } from '../../format/json.js';
import { lossText } from '../../format/loss-text.js';
import { notObservedText } from '../../format/not-observed-text.js';
import { plural } from '../../format/plural.js';
import { shortDuration } from '../../format/short-duration.js';
import { spikeLine } from '../../format/spike-text.js';
import { EventDocument } from '../../io/event-document.js';
import type { Output } from '../../io/output.js';
import { styleFor } from '../../io/style.js';
import type { SpikesSummary } from './summary.js';

/** Writes spikes as they come, and the summary. */
export interface SpikeWriter {
  spike(spike: LatencySpike): void;
  /** Some of those that were written turned out to be incomplete. */
  correction(correction: SpikeCorrection): void;
  end(summary: SpikesSummary): void;
}

export function createSpikeWriter(format: Format, output: Output): SpikeWriter {
  if (format === 'text') return textWriter(output);
  return format === 'jsonl' ? streamWriter(output) : documentWriter(output);
}

function streamWriter(output: Output): SpikeWriter {
  return {
    spike: (spike) => output.line(toJson(spikeToJson(spike), 'jsonl')),
    correction: (correction) => output.line(toJson(correctionToJson(correction), 'jsonl')),
    end: (summary) => output.line(toJson(summary, 'jsonl')),
  };
}

function documentWriter(output: Output): SpikeWriter {
  const document = new EventDocument(output, 'spikes');
  return {
    spike: (spike) => document.add(spikeToJson(spike)),
    correction: (correction) => document.correct(correction),
    end: (summary) => document.end(summary),
  };
}

function textWriter(output: Output): SpikeWriter {
  const style = styleFor(output.isTerminal);
  return {
    spike: (spike) => output.line(spikeLine(spike, style)),
    correction: (correction) => output.line(correctionLine(correction, style)),
    end(summary) {
      for (const line of summaryText(summary)) output.line(line);
    },
  };
}

function summaryText(summary: SpikesSummary): string[] {
  const { spikes, withheld, durationNs, thresholdNs, recommendations, notObserved, losses } =
    summary;
  const found = plural(spikes.total, 'spike');
  const causes = Object.entries(spikes.byCause).map(([cause, count]) => `${count} ${cause}`);
  return [
    '',
    `${found} of ${shortDuration(thresholdNs)} or longer in ${shortDuration(durationNs)}` +
      (causes.length === 0 ? '' : `: ${causes.join(', ')}`),
    ...(spikes.corrected === undefined ? [] : [correctedText(plural(spikes.corrected, 'spike'))]),
    ...(withheld === undefined ? [] : [withheldText(withheld)]),
    ...recommendations.flatMap(adviceText),
    ...notObservedText(notObserved),
    lossText(losses),
  ];
}

function withheldText({ total, byThread }: NonNullable<SpikesSummary['withheld']>): string {
  const threads = Object.entries(byThread).map(([tid, count]) => `${count} of thread ${tid}`);
  return `not shown because of --max-per-second: ${plural(total, 'spike')} (${threads.join(', ')})`;
}
