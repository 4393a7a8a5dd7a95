import type { HFTResourceMonitor, LatencySpike, NotObserved } from '@hftmon/monitor';
import type { CommandEnd } from '../../run/launched-command.js';
import { lossEntry, type LossEntry } from '../stat/document.js';

/** Spikes of one run, counted. */
export interface SpikeCounts {
  readonly total: number;
  /** By cause, the most frequent first. */
  readonly byCause: Readonly<Record<string, number>>;
}

/** The line that closes a stream of spikes. */
export interface SpikesSummary {
  readonly schema: 'hftmon.summary/1';
  readonly type: 'summary';
  readonly pids: readonly number[];
  readonly command?: { readonly words: readonly string[] } & CommandEnd;
  readonly durationNs: number;
  readonly thresholdNs: number;
  readonly spikes: SpikeCounts;
  /** Causes that could not be seen on this host, so that `unexplained` is read rightly. */
  readonly notObserved: readonly NotObserved[];
  readonly collectors: Readonly<Record<string, { readonly state: string; readonly lost: number }>>;
  readonly losses: LossEntry;
}

export interface SummaryInput {
  readonly monitor: HFTResourceMonitor;
  readonly pids: readonly number[];
  readonly durationNs: number;
  readonly thresholdNs: number;
  readonly counts: SpikeCounts;
  readonly command?: ({ readonly words: readonly string[] } & CommandEnd) | undefined;
}

export function spikesSummary(input: SummaryInput): SpikesSummary {
  const { monitor, pids, durationNs, thresholdNs, counts, command } = input;
  return {
    schema: 'hftmon.summary/1',
    type: 'summary',
    pids,
    ...(command === undefined ? {} : { command }),
    durationNs,
    thresholdNs,
    spikes: counts,
    notObserved: monitor.notObservedCauses(),
    collectors: Object.fromEntries(
      monitor
        .getCollectorStats()
        .map(({ name, state, lostRecords }) => [name, { state, lost: lostRecords }]),
    ),
    losses: lossEntry(monitor),
  };
}

/** Counts spikes by cause. */
export class SpikeCounter {
  readonly #byCause = new Map<string, number>();
  #total = 0;

  add({ cause }: LatencySpike): void {
    this.#total++;
    this.#byCause.set(cause, (this.#byCause.get(cause) ?? 0) + 1);
  }

  counts(): SpikeCounts {
    const sorted = [...this.#byCause].sort((a, b) => b[1] - a[1]);
    return { total: this.#total, byCause: Object.fromEntries(sorted) };
  }
}
