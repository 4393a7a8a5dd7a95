import {
  RecordingDirectory,
  createError,
  toMonitorError,
  type MonitorError,
  type Session,
  type Target,
} from '@hftmon/core';
import type { LatencySpike, SlowSpan, SpikeCorrection } from '@hftmon/latency';
import { FileHold } from '@hftmon/perf-native';
import {
  DEFAULT_CONFIGURATION,
  type MonitorConfiguration,
} from '../configuration/configuration.js';
import { captureFlight } from './capture-flight.js';
import type { ResolvedFlightOptions } from './flight-options.js';
import type { FlightEvent, FlightStats, FlightTrigger } from './flight-types.js';
import { RateWindow } from './rate-window.js';
import { RecentSpikes } from './recent-spikes.js';
import { spansAsKnown } from './spans-as-known.js';

/** Triggers that a recording lists. */
const LISTED = 1024;
/** Triggers that wait until a window is written. */
const WAITING = 4096;

/** Who is told. */
export interface FlightListener {
  onFlight(event: FlightEvent): void;
  onError(error: MonitorError): void;
}

/** A trigger, and the time that it is about, ns since the session epoch. */
interface Request {
  readonly trigger: FlightTrigger;
  readonly fromNs: number;
  readonly toNs: number;
  /** Spikes that it stands for, too. */
  readonly supersedes?: readonly number[] | undefined;
  readonly span?: SlowSpan;
}

/** A window that is waited for. */
interface OpenWindow {
  fromNs: number;
  toNs: number;
  readonly triggers: FlightTrigger[];
  furtherTriggers: number;
  readonly spans: SlowSpan[];
  /** Watched when it was opened; some may end before it is written. */
  readonly targets: readonly Target[];
  /** What the kernel's rings had dropped when it was opened. */
  readonly droppedBefore: number;
}

/**
 * Freezes windows of the record stream into files. A trigger opens a window, which is written when
 * its end has come; triggers meanwhile whose time it has whole join it. Nothing is written while
 * records are delivered.
 */
export class FlightRecorder {
  readonly options: ResolvedFlightOptions;
  readonly #directory: RecordingDirectory;
  readonly #listener: FlightListener;
  readonly #rate: RateWindow;
  readonly #spikes = new RecentSpikes();
  readonly #onSignal = (): void => {
    const { signal } = this.options;
    if (signal !== false) this.#now((timestampNs) => ({ type: 'signal', signal, timestampNs }));
  };
  #session: Session | undefined;
  #configuration = DEFAULT_CONFIGURATION;
  #open: OpenWindow | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Request[] = [];
  #written = 0;
  #failed = 0;
  #joined = 0;
  #withheld = 0;

  /** @throws MonitorError `HFTMON_E_RECORDING_WRITE` when the directory cannot be written to */
  constructor(options: ResolvedFlightOptions, listener: FlightListener) {
    this.options = options;
    this.#listener = listener;
    this.#directory = new RecordingDirectory(options.directory, options, (path) =>
      FileHold.take(path),
    );
    this.#rate = new RateWindow(options.maxFilesPerMinute);
    if (options.signal !== false) this.#listen(options.signal);
  }

  get stats(): FlightStats {
    return {
      written: this.#written,
      failed: this.#failed,
      joined: this.#joined,
      withheld: this.#withheld,
    };
  }

  /** Records this session from now on; the one before has ended. */
  follow(session: Session, configuration: MonitorConfiguration): void {
    this.#spikes.clear();
    this.#session = session;
    this.#configuration = configuration;
  }

  /** Takes note of a spike. */
  onSpike(spike: LatencySpike): void {
    this.#spikes.add(spike);
    const { id, timestampNs, durationNs, supersedes } = spike;
    if (durationNs < this.options.thresholdNs) return;
    const trigger = { type: 'spike', spikeId: id, timestampNs, durationNs } as const;
    this.#request({ trigger, fromNs: timestampNs, toNs: timestampNs + durationNs, supersedes });
  }

  /** Takes note that spikes turned out to be incomplete, for the recordings to come. */
  onCorrection({ incomplete }: SpikeCorrection): void {
    this.#spikes.markIncomplete(incomplete);
  }

  /** Takes note of a span over its budget. */
  onSpan(span: SlowSpan): void {
    const { name, tid, timestampNs, durationNs } = span;
    const trigger = { type: 'span', name, tid, timestampNs, durationNs } as const;
    this.#request({ trigger, fromNs: timestampNs, toNs: timestampNs + durationNs, span });
  }

  /**
   * Records the present. @returns false when nothing runs, or the limit of recordings withholds it
   */
  freeze(reason: string): boolean {
    return this.#now((timestampNs) => ({ type: 'call', reason, timestampNs }));
  }

  /** Writes what waits, with what there is: the session stops and its ring goes. */
  finish(): void {
    while (this.#open !== undefined) this.#freeze();
    this.#session = undefined;
  }

  /** Ends recording. What waits is written. */
  dispose(): void {
    this.finish();
    if (this.options.signal !== false) process.off(this.options.signal, this.#onSignal);
  }

  #listen(signal: NodeJS.Signals): void {
    try {
      process.on(signal, this.#onSignal);
    } catch (cause) {
      const facts = { option: 'signal', value: signal, expected: 'a signal that can be caught' };
      throw createError('HFTMON_E_CONFIG_INVALID', facts, { cause });
    }
  }

  #now(triggerAt: (timestampNs: number) => FlightTrigger): boolean {
    if (this.#session === undefined) return false;
    const nowNs = this.#session.clock.nowNs();
    return this.#request({ trigger: triggerAt(nowNs), fromNs: nowNs, toNs: nowNs });
  }

  /** @returns whether it will be in a recording, as far as is known now */
  #request(request: Request): boolean {
    if (this.#session === undefined) return false;
    if (this.#open === undefined) return this.#begin(request, this.#session);
    if (this.#join(request, this.#open)) return true;
    // It ended after the open window, which therefore is due; its own comes next.
    if (this.#waiting.length < WAITING) {
      this.#waiting.push(request);
      return true;
    }
    this.#withheld++;
    return false;
  }

  #begin({ trigger, fromNs, toNs, span }: Request, session: Session): boolean {
    const nowNs = session.clock.nowNs();
    if (!this.#rate.take(nowNs)) {
      this.#withheld++;
      return false;
    }
    this.#open = {
      fromNs: fromNs - this.options.beforeNs,
      toNs: toNs + this.options.afterNs,
      triggers: [trigger],
      furtherTriggers: 0,
      spans: span === undefined ? [] : [span],
      targets: [...session.targets.values()],
      droppedBefore: session.losses().dropped,
    };
    this.#waitFor(this.#open.toNs - nowNs);
    return true;
  }

  #join({ trigger, fromNs, toNs, supersedes, span }: Request, open: OpenWindow): boolean {
    const goesOn = open.triggers.some(
      (known) => known.type === 'spike' && supersedes?.includes(known.spikeId) === true,
    );
    if (toNs > open.toNs && !goesOn) return false;
    this.#joined++;
    open.fromNs = Math.min(open.fromNs, fromNs);
    // A spike that turned out to be longer takes its time after it along.
    if (goesOn) open.toNs = Math.max(open.toNs, toNs + this.options.afterNs);
    if (open.triggers.length === LISTED) {
      open.furtherTriggers++;
      return true;
    }
    open.triggers.push(trigger);
    if (span !== undefined) open.spans.push(span);
    return true;
  }

  #waitFor(ns: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#due(), Math.max(0, Math.ceil(ns / 1e6)));
  }

  /** A timer may come early, and the window may have grown since it was set. */
  #due(): void {
    const { session, open } = { session: this.#session, open: this.#open };
    if (session === undefined || open === undefined) return;
    const leftNs = open.toNs - session.clock.nowNs();
    if (leftNs > 0) this.#waitFor(leftNs);
    else this.#freeze();
  }

  #freeze(): void {
    const { session, open } = { session: this.#session, open: this.#open };
    if (session === undefined || open === undefined) return;
    clearTimeout(this.#timer);
    const outcome = this.#write(session, open);
    // A listener of what was delivered ended the session, and so wrote it already.
    if (outcome === undefined) return;
    // Those that came too late for it, in their order; the first of them opens the next window.
    for (const request of this.#waiting.splice(0)) this.#request(request);
    if ('file' in outcome) this.#listener.onFlight(outcome);
    else this.#listener.onError(outcome);
  }

  #write(session: Session, open: OpenWindow): FlightEvent | MonitorError | undefined {
    try {
      // What it brings of the window's own time joins it.
      session.flush();
      if (this.#open !== open) return undefined;
      this.#open = undefined;
      const { triggers, furtherTriggers, spans, targets, droppedBefore, fromNs, toNs } = open;
      const { meta, spikes, pieces } = captureFlight({
        session,
        fromNs,
        toNs,
        spikesWithin: (from, to) => this.#spikes.within(from, to),
        spans: spansAsKnown(session, spans),
        targets: [...new Set([...targets, ...session.targets.values()])],
        configuration: this.#configuration,
        triggers,
        furtherTriggers,
        withheld: this.#withheld,
        droppedBefore,
        maxBytes: this.options.maxBytes,
      });
      const time = session.clock.toDate(triggers[0]!.timestampNs);
      const file = this.#directory.write(time, pieces);
      this.#written++;
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      return { file, bytes, triggers, window: meta.window, spikes, withheld: meta.withheld };
    } catch (error) {
      this.#open = undefined;
      this.#failed++;
      return toMonitorError(error, 'writing a flight recording');
    }
  }
}
