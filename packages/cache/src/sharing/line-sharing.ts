import { createError, refusal, type RecordWriter } from '@hftmon/core';
import {
  AddressSampler,
  DataSymbols,
  Symbolizer,
  ThreadWatch,
  type SamplerStats,
} from '@hftmon/perf-native';
import { LineConfirmer, type Suspect } from '../confirm/line-confirmer.js';
import { LineLocator } from '../locate/line-locator.js';
import { notableUses, type SharingVerdict } from './classify.js';
import { IsolatedCpus } from './isolated-cpus.js';
import { LineKnowledge } from './line-knowledge.js';
import { LineSampler } from './line-sampler.js';
import { readCores } from './host-caches.js';
import type { FalseSharingReport, SharedLine } from './report.js';
import { SamplingGaps, sourceInFact } from './sampling-gaps.js';
import { sharedLine } from './shared-line.js';
import type { SharingOffer } from './sharing-support.js';
import { SharingTable, type ContestedLine } from './sharing-table.js';
import type { SharingSettings } from './settings.js';
import { suspectSharing, usesOf, type LineEvidence } from './suspicion.js';

export interface LineSharingOptions {
  /** One with a choice of how to sample. */
  readonly offer: SharingOffer;
  readonly settings: SharingSettings;
  /** CLOCK_MONOTONIC of time 0, ns. */
  readonly epochNs: bigint;
  readonly procRoot: string;
  readonly sysRoot: string;
  /** Of the session's stream: every address is written into it. */
  readonly writer: RecordWriter;
  /** CPUs of the native thread that takes samples. Default: as inherited. */
  readonly cpuAffinity?: readonly number[] | undefined;
}

interface SuspectedLine {
  readonly line: ContestedLine;
  readonly evidence: LineEvidence;
  readonly suspicion: SharingVerdict;
}

/** Suspects are looked for, and looked up, so often. */
const LEARN_NS = 500e6;

/**
 * Finds cache lines that threads share: samples addresses of all threads of the attached processes,
 * suspects lines, looks up what they are, and proves them if asked to.
 */
export class LineSharing {
  readonly #options: LineSharingOptions;
  readonly #table: SharingTable;
  readonly #symbolizer: Symbolizer;
  readonly #lines: LineSampler;
  readonly #knowledge: LineKnowledge;
  readonly #confirmer: LineConfirmer | undefined;
  readonly #gaps = new SamplingGaps();
  readonly #isolated: IsolatedCpus;
  readonly #watch: ThreadWatch;
  #sampler: AddressSampler | undefined;
  #stats: SamplerStats;
  #learnAtNs = 0;

  /** @throws MonitorError of the native library */
  constructor(options: LineSharingOptions) {
    const { offer, settings, epochNs, procRoot, sysRoot } = options;
    const { choice, lineBytes } = offer;
    if (choice === undefined || lineBytes === undefined) {
      throw createError('HFTMON_E_SESSION_STATE', { operation: 'sample in', state: 'unsupported' });
    }
    this.#options = options;
    this.#symbolizer = new Symbolizer({ procRoot });
    this.#isolated = new IsolatedCpus(procRoot, sysRoot);
    this.#table = new SharingTable(lineBytes);
    const { cpuAffinity = [] } = options;
    const { events, ringPages, pollIntervalNs } = choice;
    const buffers = { ringPages, pollIntervalNs };
    const sampler = new AddressSampler({ events, epochNs, procRoot, cpuAffinity, ...buffers });
    this.#sampler = sampler;
    this.#stats = sampler.stats();
    try {
      this.#lines = new LineSampler({
        sampler,
        table: this.#table,
        symbolizer: this.#symbolizer,
        procRoot,
        writer: options.writer,
        cores: readCores(sysRoot),
        isHitmReliable: choice.isHitmReliable,
        ...(settings.spareIsolated && {
          onSample: (tid: number, pid: number, cpu: number) => {
            if (this.#isolated.has(cpu)) this.#spare(tid, pid);
          },
        }),
      });
      const locator = new LineLocator(new DataSymbols(procRoot));
      this.#knowledge = new LineKnowledge(locator, this.#table, procRoot);
      this.#confirmer = offer.confirmation.ok
        ? new LineConfirmer({ hits: settings.confirmationHits, epochNs })
        : undefined;
      this.#watch = new ThreadWatch(
        {
          threadStarted: (tid, pid) => this.#follow(tid, pid),
          threadEnded: (tid, pid) => this.#unfollow(tid, pid),
        },
        { procRoot },
      );
    } catch (error) {
      // Its thread would sample on.
      sampler.close();
      throw error;
    }
  }

  /** Samples the threads of a process from now on, those that begin later too. */
  attach(pid: number): void {
    this.#symbolizer.capture(pid);
    this.#watch.attach(pid);
  }

  /** No more samples of a process; what is known of it stays. */
  detach(pid: number): void {
    this.#watch.detach(pid);
    this.#takeAll();
    this.#learn();
    this.#lines.release(pid);
    this.#gaps.release(pid);
  }

  /** Takes in what was sampled; call it every now and then. @param nowNs - since the epoch */
  sample(nowNs: number): void {
    this.#watch.poll();
    this.#lines.drain();
    if (nowNs >= this.#learnAtNs) {
      this.#learnAtNs = nowNs + LEARN_NS;
      this.#learn();
    }
    this.#confirmer?.step(nowNs, () => this.#suspects().map(toSuspect));
  }

  /** Samples lost so far. */
  lost(): number {
    return lostSamples(this.#currentStats());
  }

  report(): FalseSharingReport {
    this.#takeAll();
    const suspects = this.#suspects();
    this.#knowledge.learn(suspects.map(({ line }) => line));
    const { offer } = this.#options;
    const stats = this.#currentStats();
    const counts = this.#table.counts();
    const gaps = [...this.#gaps.list(), ...this.#lines.failures()];
    const periodUs = offer.choice?.periodUs;
    return {
      source: sourceInFact(offer.sampling, gaps, counts.attributed),
      confirmation: offer.confirmation,
      ...(periodUs === undefined ? {} : { periodUs }),
      samples: {
        ...counts,
        lost: lostSamples(stats),
        throttled: stats.throttles,
      },
      gaps,
      lines: suspects
        .map((suspect) => this.#sharedLine(suspect))
        .sort((a, b) => b.samples - a.samples),
    };
  }

  /** Ends sampling and takes all watchpoints away; the report stays. Idempotent. */
  close(): void {
    if (this.#sampler === undefined) return;
    this.#takeAll();
    this.#learn();
    this.#confirmer?.close();
    this.#watch.close();
    this.#sampler.stop();
    this.#lines.drain();
    this.#stats = this.#sampler.stats();
    this.#sampler.close();
    this.#sampler = undefined;
  }

  #takeAll(): void {
    if (this.#sampler === undefined) return;
    this.#sampler.flush();
    this.#lines.drain();
  }

  #currentStats(): SamplerStats {
    return this.#sampler?.stats() ?? this.#stats;
  }

  #follow(tid: number, pid: number): void {
    if (this.#options.settings.spareIsolated && this.#isolated.confine(pid, tid)) {
      this.#gaps.add(pid, tid, ON_ISOLATED);
      return;
    }
    const refused = this.#sampler?.follow(tid);
    if (refused !== undefined) this.#gaps.add(pid, tid, refused);
  }

  /** A thread that has gone to an isolated CPU since. */
  #spare(tid: number, pid: number): void {
    this.#sampler?.unfollow(tid);
    this.#gaps.add(pid, tid, ON_ISOLATED);
  }

  #unfollow(tid: number, pid: number): void {
    this.#sampler?.unfollow(tid);
    // A sample that comes after the end would bring the thread to life again.
    this.#lines.drain();
    this.#table.threads.end(tid);
    this.#gaps.remove(pid, tid);
  }

  #learn(): void {
    this.#knowledge.learn(this.#suspects().map(({ line }) => line));
  }

  #suspects(): SuspectedLine[] {
    const hasDataSource = this.#options.offer.choice?.hasDataSource === true;
    return this.#table.contested().flatMap((line) => {
      const evidence: LineEvidence = {
        accesses: line.accesses,
        alternations: line.alternations,
        sharedStores: line.sharedStores,
        samplesOfThread: (tid) => this.#table.threads.samples(tid, line.pid),
        hasDataSource,
      };
      const suspicion = suspectSharing(evidence);
      return suspicion === undefined ? [] : [{ line, evidence, suspicion }];
    });
  }

  #sharedLine(suspected: SuspectedLine): SharedLine {
    const { line, evidence, suspicion } = suspected;
    const { confirmation } = this.#options.offer;
    return sharedLine({
      line,
      evidence,
      suspicion,
      lineBytes: this.#table.lineBytes,
      facts: this.#knowledge.of(line),
      outcome: this.#confirmer?.outcome(toSuspect(suspected)),
      notWatched: confirmation.ok ? 'it has not been watched yet' : confirmation.reason,
      symbolize: (address) => this.#symbolizer.user(line.pid, [BigInt(address)])[0],
    });
  }
}

const ON_ISOLATED = refusal('HFTMON_E_NOT_ENABLED', {
  feature: 'sampling of threads on isolated CPUs',
  reason: 'each sample interrupts them',
  option:
    'the option addressSampling, or confirmFalseSharing (hftmon stat --confirm-false-sharing)',
});

function toSuspect({ line }: SuspectedLine): Suspect {
  return { pid: line.pid, address: line.address, uses: notableUses(usesOf(line.accesses)) };
}

/** Of SPE only the occasions are known, each of which stands for one sample or more. */
function lostSamples({ lost, overruns, truncations, collisions }: SamplerStats): number {
  return lost + overruns + truncations + collisions;
}
