import { MonotonicClock } from '../clock/monotonic-clock.js';
import type { SessionClock } from '../clock/session-clock.js';
import { CollectorHost, type SharedContext } from '../collector/collector-host.js';
import type { CollectorRegistry } from '../collector/collector-registry.js';
import type { CollectorStats } from '../collector/collector-stats.js';
import type { MetricSupport, Support } from '../collector/support.js';
import type { Target } from '../collector/target.js';
import { createError, toMonitorError } from '../errors/create-error.js';
import { ProcessNotFoundError, type MonitorError } from '../errors/monitor-error.js';
import type { SessionPipeline } from './session-pipeline.js';
import { openPipeline } from './session-pipeline.js';
import type { EventSource } from './event-source.js';
import { silentLogger, type Logger } from './logger.js';
import type { LossCounts } from './loss-counts.js';
import { Marks } from './marks.js';
import { probeCollectors, type ProbeResult } from './probe-collectors.js';
import type { SessionEvents } from './session-events.js';
import type { SessionOptions, SessionState } from './session-options.js';
import { TargetList } from './target-list.js';
import { TypedEmitter, type Listener } from './typed-emitter.js';

/**
 * One run of monitoring: an event source, the collectors over it, and the delivery between them.
 * Every life-cycle call may be repeated; what the state does not allow throws
 * `HFTMON_E_SESSION_STATE`.
 */
export class Session {
  readonly clock: SessionClock;
  readonly source: EventSource;
  readonly registry: CollectorRegistry;
  readonly marks: Marks;
  readonly #options: SessionOptions;
  readonly #log: Logger;
  readonly #events: TypedEmitter<SessionEvents>;
  readonly #targets: TargetList;
  readonly #host: CollectorHost;
  #state: SessionState = 'idle';
  #pipeline: SessionPipeline | undefined;
  #probed: ProbeResult | undefined;
  #lost = 0;
  /** Processes that were detached in a delivery which goes on, by pid. */
  readonly #leaving = new Map<number, Target>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.source = options.source;
    this.registry = options.registry;
    this.clock = options.clock ?? new MonotonicClock(options.source.epochMonotonicNs);
    this.marks = new Marks(this.clock);
    this.#log = options.log ?? silentLogger;
    this.#events = new TypedEmitter((message) => this.#log.warn(message));
    this.#targets = new TargetList(this.source, this.clock);
    this.#host = new CollectorHost(this.registry.list(), (collector, error) =>
      this.#fail(error, collector),
    );
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Attached processes by pid. */
  get targets(): ReadonlyMap<number, Target> {
    return this.#targets.all;
  }

  /** Records lost between the history ring and the collectors. */
  get lostRecords(): number {
    return this.#lost;
  }

  /** Listens to an event. @returns stops listening */
  on<Name extends keyof SessionEvents>(
    name: Name,
    listener: Listener<SessionEvents[Name]>,
  ): () => void {
    return this.#events.on(name, listener);
  }

  off<Name extends keyof SessionEvents>(name: Name, listener: Listener<SessionEvents[Name]>): void {
    this.#events.off(name, listener);
  }

  /** Can this host serve the collectors, and from which sources? No side effects. */
  probe(): ReadonlyMap<string, Support> {
    return this.#probe().support;
  }

  /** The same for every metric, by collector and name. No side effects. */
  probeMetrics(): ReadonlyMap<string, MetricSupport> {
    return this.#probe().metrics;
  }

  /**
   * Opens source and collectors, follows the targets attached so far, and begins to deliver.
   * A collector that cannot be served or opened is reported, and the others go on.
   * @throws MonitorError when the source cannot be opened; the session is then idle as before
   */
  start(): void {
    if (this.#state === 'running') return;
    this.#expect('start', 'idle');
    const support = this.probe();
    for (const [collector, answer] of support) {
      if (answer.ok) continue;
      this.#host.setUnsupported(collector);
      this.#events.emit('unsupported', { collector, support: answer });
    }
    const pipeline = openPipeline({
      source: this.source,
      kinds: this.#probe().kinds,
      options: this.#options,
      host: this.#host,
      clock: this.clock,
      onExit: (pids) => this.#onExit(pids),
      onLost: (records) => this.#onLost(records),
      onError: (error) => this.#fail(toMonitorError(error, 'delivery')),
    });
    try {
      this.#host.open(this.#context(pipeline));
      for (const target of this.targets.values()) this.#followOrReport(target);
      this.source.start();
    } catch (error) {
      this.#host.close();
      pipeline.close(false);
      throw toMonitorError(error, 'start of the session');
    }
    this.#pipeline = pipeline;
    this.#state = 'running';
    pipeline.scheduler.start();
  }

  /** Ends the run: the last records are delivered, then the collectors closed in reverse. */
  stop(): void {
    if (this.#state !== 'running') return;
    const { scheduler } = this.#pipeline!;
    this.#state = 'stopped';
    scheduler.stop();
    scheduler.housekeepNow(this.clock.nowNs());
    this.#guard('stop of the event source', () => this.source.stop());
    this.#guard('the last delivery', () => this.#pipeline!.drain());
    this.#host.close();
  }

  /**
   * Stops and frees everything. Snapshots are still answered, from what collectors kept.
   * @param options.keepHistory - copy the records that the history ring holds, so that snapshots
   * made of them go on being answered in full
   */
  close(options: { readonly keepHistory?: boolean } = {}): void {
    if (this.#state === 'closed') return;
    this.stop();
    this.#state = 'closed';
    this.#guard('close of the event source', () => {
      if (this.#pipeline === undefined) this.source.close();
      else this.#pipeline.close(options.keepHistory === true);
    });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Adds a target process, before the start or while running. Attaching twice is one entry.
   * @param options.without - names of collectors that shall leave it alone
   * @throws ProcessNotFoundError
   */
  attach(pid: number, options: { readonly without?: readonly string[] } = {}): Target {
    if (this.#state !== 'running') this.#expect('attach a process to', 'idle');
    const known = this.#targets.find(pid);
    if (known !== undefined) return known;
    // The pid is in the list but belongs to another process by now.
    if (this.targets.has(pid)) this.#onExit([pid]);
    const target = this.#targets.add(pid, options.without);
    if (this.#state !== 'running') return target;
    try {
      this.#targets.follow(target);
    } catch (error) {
      this.#targets.remove(pid);
      throw error;
    }
    const before = this.#leaving.get(pid);
    if (before !== undefined) this.#letGo(before);
    this.#host.attach(target);
    return target;
  }

  /**
   * Removes a target process; all that it left in the stream is delivered first. From within a
   * delivery, which goes on when this returns, the collectors are told twice: that it leaves, and
   * when all is delivered, that it left.
   */
  detach(pid: number): void {
    if (!this.targets.has(pid)) return;
    if (this.#state === 'running') {
      this.source.detach(pid);
      // Only now does nothing more come: a collector that has let go of a thread must not meet it again.
      this.flush();
    }
    const target = this.#targets.remove(pid);
    // Once it is stopped, the last delivery may go on: until the collectors are closed, they are told.
    if (target === undefined || this.#pipeline === undefined) return;
    this.#leaving.set(pid, target);
    this.#host.leave(target);
    this.#pipeline.scheduler.afterDelivery(() => this.#letGo(target));
  }

  /** Delivers what has happened until now, without waiting for the next delivery. */
  flush(): void {
    if (this.#state !== 'running') return;
    this.source.flush();
    this.#pipeline!.scheduler.deliver();
  }

  /** Writes an application event. @returns false when it found no room, or nothing runs */
  mark(name: string, id = 0, value = 0): boolean {
    if (this.#state !== 'running') return false;
    return this.marks.write(this.source.writer, this.marks.intern(name), id, value);
  }

  /**
   * Answer of a collector to a query; delivers the latest records first. Also after `stop`.
   * @throws ConfigurationError `HFTMON_E_COLLECTOR_UNKNOWN`
   * @throws MonitorError `HFTMON_E_COLLECTOR_STATE` when it never was open
   */
  snapshot(name: string, query: unknown): unknown {
    const { collector } = this.registry.get(name);
    const state = this.stats().find((stats) => stats.name === name)?.state;
    if (state !== 'open' && state !== 'closed' && state !== 'quarantined') {
      const cause = this.#host.errorOf(name);
      throw createError('HFTMON_E_COLLECTOR_STATE', { collector: name, state }, { cause });
    }
    this.flush();
    return collector.snapshot(query);
  }

  /** What each collector cost and lost. */
  stats(): CollectorStats[] {
    return this.#host.stats();
  }

  /** Why a collector could not be opened, or was shut off; `undefined` when neither happened. */
  errorOf(name: string): MonitorError | undefined {
    return this.#host.errorOf(name);
  }

  /** Loss accounts of the source: seen = emitted + filtered + dropped. */
  losses(): LossCounts {
    return this.source.losses();
  }

  #probe(): ProbeResult {
    this.#probed ??= probeCollectors(this.registry.list(), this.source.environment);
    return this.#probed;
  }

  #context(pipeline: SessionPipeline): SharedContext {
    const { procRoot, sysRoot } = this.source.environment;
    return {
      clock: this.clock,
      log: this.#log,
      source: this.source,
      history: pipeline.history,
      writer: this.source.writer,
      procRoot,
      sysRoot,
      markName: (nameId) => this.marks.nameOf(nameId),
      pluginKind: (collector, kind) => this.registry.pluginKind(collector, kind),
    };
  }

  /** A target that ended between attach and start is reported; other errors are fatal. */
  #followOrReport(target: Target): void {
    try {
      this.#targets.follow(target);
      this.#host.attach(target);
    } catch (error) {
      if (!(error instanceof ProcessNotFoundError)) throw error;
      this.#targets.remove(target.pid);
      this.#events.emit('processExit', { target, timestampNs: this.clock.nowNs() });
    }
  }

  /** Once: attaching it again may have come before. */
  #letGo(target: Target): void {
    if (this.#leaving.get(target.pid) !== target) return;
    this.#leaving.delete(target.pid);
    this.#host.detach(target);
  }

  #onExit(pids: readonly number[]): void {
    for (const pid of pids) {
      const target = this.#targets.remove(pid);
      if (target === undefined) continue;
      this.#host.detach(target);
      this.#events.emit('processExit', { target, timestampNs: this.clock.nowNs() });
    }
  }

  #onLost(records: number): void {
    this.#lost += records;
    const event = { records, total: this.#lost, timestampNs: this.clock.nowNs() };
    this.#events.emit('lost', event);
  }

  #fail(error: MonitorError, collector?: string): void {
    this.#log.warn(error.message);
    this.#events.emit('error', collector === undefined ? { error } : { error, collector });
  }

  #guard(operation: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(toMonitorError(error, operation));
    }
  }

  #expect(operation: string, state: SessionState): void {
    if (this.#state === state) return;
    throw createError('HFTMON_E_SESSION_STATE', { operation, state: this.#state });
  }
}
