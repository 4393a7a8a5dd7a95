import type {
  HFTResourceMonitor,
  LatencySpike,
  NotObserved,
  Recommendation,
} from '@hftmon/monitor';
import { topAdvice } from '../../format/top-advice.js';
import type { CommandEnd } from '../../run/launched-command.js';
import { lossEntry, type LossEntry } from '../stat/document.js';

/** Spikes of one run, counted; one that replaces earlier ones stands for them. */
export interface SpikeCounts {
  readonly total: number;
  /** By cause, the most frequent first. */
  readonly byCause: Readonly<Record<string, number>>;
  /** Those that turned out to be incomplete after they were shown; absent when there are none. */
  readonly corrected?: number;
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
  /** Spikes that `--max-per-second` kept back; absent when there are none. */
  readonly withheld?: {
    readonly total: number;
    readonly byThread: Readonly<Record<string, number>>;
  };
  /** What would win back most of the time that they took, at most three. */
  readonly recommendations: readonly Recommendation[];
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
    ...withheldBy(monitor),
    recommendations: topAdvice(monitor),
    notObserved: monitor.notObservedCauses(),
    collectors: Object.fromEntries(
      monitor
        .getCollectorStats()
        .map(({ name, state, lostRecords }) => [name, { state, lost: lostRecords }]),
    ),
    losses: lossEntry(monitor),
  };
}

function withheldBy(monitor: HFTResourceMonitor): Pick<SpikesSummary, 'withheld'> {
  const { total, byThread } = monitor.getWithheldSpikes();
  return total === 0 ? {} : { withheld: { total, byThread: Object.fromEntries(byThread) } };
}

/** Spikes are replaced soon if at all, so that only the latest need to be remembered. */
const REMEMBERED = 4096;

/** What is remembered of a spike that was shown. */
interface Shown {
  readonly cause: string;
  corrected: boolean;
}

/** Counts spikes by cause. */
export class SpikeCounter {
  readonly #byCause = new Map<string, number>();
  /** The latest spikes by id, oldest first. */
  readonly #latest = new Map<number, Shown>();
  #total = 0;
  #corrected = 0;

  /** One that is not to be shown: what it replaces is none any more. */
  replace({ supersedes = [] }: LatencySpike): void {
    for (const replaced of supersedes) this.#remove(replaced);
  }

  add(spike: LatencySpike): void {
    const { id, cause } = spike;
    this.replace(spike);
    this.#latest.set(id, { cause, corrected: false });
    if (this.#latest.size > REMEMBERED) this.#latest.delete(this.#latest.keys().next().value!);
    this.#change(cause, 1);
  }

  /** Some turned out to be incomplete. @returns which of them are counted */
  correct(ids: readonly number[]): number[] {
    const counted = ids.filter((id) => this.#latest.has(id));
    for (const id of counted) this.#latest.get(id)!.corrected = true;
    this.#corrected += counted.length;
    return counted;
  }

  #remove(id: number): void {
    const shown = this.#latest.get(id);
    if (shown === undefined) return;
    this.#latest.delete(id);
    if (shown.corrected) this.#corrected--;
    this.#change(shown.cause, -1);
  }

  #change(cause: string, by: 1 | -1): void {
    this.#total += by;
    const count = (this.#byCause.get(cause) ?? 0) + by;
    if (count === 0) this.#byCause.delete(cause);
    else this.#byCause.set(cause, count);
  }

  counts(): SpikeCounts {
    const sorted = [...this.#byCause].sort((a, b) => b[1] - a[1]);
    const corrected = this.#corrected === 0 ? {} : { corrected: this.#corrected };
    return { total: this.#total, byCause: Object.fromEntries(sorted), ...corrected };
  }
}
