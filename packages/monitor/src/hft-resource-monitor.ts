import {
  createError,
  TypedEmitter,
  type Listener,
  type MetricSupport,
  type RegisteredCollector,
  type Session,
  type SpanProbe,
  type Support,
} from '@hftmon/core';
import {
  createProbeEnvironment,
  KernelEventSource,
  type HostEnvironment,
} from '@hftmon/perf-native';
import { runNoiseProbe, type NoiseReport, type ThreadStateReport } from '@hftmon/latency';
import { createRegistry } from './collectors/create-registry.js';
import { installedCollectors } from './collectors/installed-collectors.js';
import { minDurations } from './collectors/min-durations.js';
import { DEFAULT_CONFIGURATION, type MonitorConfiguration } from './configuration/configuration.js';
import { requirePriority } from './configuration/require-priority.js';
import { validateConfiguration } from './configuration/validate-configuration.js';
import { resolveFlightOptions, type FlightOptions } from './flight/flight-options.js';
import { FlightRecorder } from './flight/flight-recorder.js';
import type { FlightStats } from './flight/flight-types.js';
import type { CollectorChoice, HFTResourceMonitorOptions } from './hft-resource-monitor-options.js';
import type { MonitorEvents } from './monitor-events.js';
import {
  leftAloneBy,
  type AttachedProcess,
  type AttachOptions,
} from './process/attached-process.js';
import { attachAgain } from './process/attach-again.js';
import { ProcessList } from './process/process-list.js';
import { CollectorAnswers } from './run/collector-answers.js';
import { connectEvents } from './run/connect-events.js';
import { createRun } from './run/create-run.js';
import { sampleThreadsOf, type NoiseOptions, type SampleThreadsOptions } from './run/poll-cpu.js';
import { quietCpus } from './run/quiet-cpus.js';
import { SpikeSubscription } from './run/spike-subscription.js';

/** Events of the latency collector. */
const OF_SPIKES: ReadonlySet<keyof MonitorEvents> = new Set([
  'verdict',
  'spike',
  'correction',
  'span',
]);

/**
 * Watches processes and answers what took the CPU away from their threads, and who did it.
 * Monitoring may be started and stopped again and again; every start is a session of its own, and
 * the answers after a stop are those of the session that ended.
 */
export class HFTResourceMonitor extends CollectorAnswers implements Disposable, AsyncDisposable {
  readonly #environment: HostEnvironment;
  readonly #options: HFTResourceMonitorOptions;
  readonly #choices: readonly CollectorChoice[];
  readonly #events: TypedEmitter<MonitorEvents>;
  readonly #processes: ProcessList;
  readonly #spikes: SpikeSubscription;
  #configuration = DEFAULT_CONFIGURATION;
  #session: Session | undefined;
  #flight: FlightRecorder | undefined;
  #disposed = false;

  constructor(options: HFTResourceMonitorOptions = {}) {
    super();
    this.#options = options;
    this.#environment = options.environment ?? createProbeEnvironment();
    this.#choices = options.collectors ?? installedCollectors();
    // Found out now and not at the start: a collector with wrong metadata, a name taken twice.
    createRegistry(this.#choices, this.#configuration);
    this.#events = new TypedEmitter((message) => options.log?.warn(message));
    this.#processes = new ProcessList(this.#environment.procRoot);
    this.#spikes = new SpikeSubscription({
      verdict: (verdict) => this.#events.emit('verdict', verdict),
      spike: (spike) => {
        this.#flight?.onSpike(spike);
        this.#events.emit('spike', spike);
      },
      correction: (correction) => {
        this.#flight?.onCorrection(correction);
        this.#events.emit('correction', correction);
      },
      span: (span) => {
        this.#flight?.onSpan(span);
        this.#events.emit('span', span);
      },
    });
  }

  /** @see MonitorConfiguration */
  get samplingIntervalUs(): number {
    return this.#configuration.samplingIntervalUs;
  }

  get cpuAffinity(): readonly number[] {
    return this.#configuration.cpuAffinity;
  }

  get realtimePriority(): number {
    return this.#configuration.realtimePriority;
  }

  get configuration(): MonitorConfiguration {
    return this.#configuration;
  }

  get monitoringActive(): boolean {
    return this.#session?.state === 'running';
  }

  /** Attached processes by pid. */
  get attachedProcesses(): ReadonlyMap<number, AttachedProcess> {
    return this.#processes.all;
  }

  /** What the host offers. */
  get environment(): HostEnvironment {
    return this.#environment;
  }

  /**
   * Changes some of the configuration; all of the change or nothing. Applies from the next start.
   * @throws ConfigurationError when an option is unknown or out of its range
   * @throws PermissionError when the process may not use that real-time priority
   */
  configure(change: Partial<MonitorConfiguration>): this {
    validateConfiguration(change);
    requirePriority(change.realtimePriority ?? 0, this.#environment);
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const next = { ...this.#configuration, ...Object.fromEntries(given) };
    this.#configuration = Object.freeze({ ...next, cpuAffinity: [...next.cpuAffinity] });
    return this;
  }

  /**
   * Watches a process with all its threads, present and future; before or after the start.
   * Attaching twice is one entry. `followChildren` has to be asked for before the start, and then
   * holds for every attached process.
   * @throws ProcessNotFoundError
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  attachProcess(pid: number, options: AttachOptions = {}): AttachedProcess {
    this.#expectUsable('attach a process to');
    const process = this.#processes.inspect(pid, options);
    const known = this.#processes.all.get(pid);
    if (known !== undefined) {
      if (known.startTimeTicks === process.startTimeTicks) return known;
      this.#reportExit(known);
    }
    if (this.monitoringActive) {
      this.#processes.expectFollowing(options);
      this.#session!.attach(pid, { without: leftAloneBy(options) });
    }
    this.#processes.add(process);
    return process;
  }

  /** Stops watching a process. Does nothing when it is not attached. */
  detachProcess(pid: number): void {
    if (this.#processes.remove(pid) === undefined) return;
    this.#session?.detach(pid);
  }

  /**
   * Starts monitoring, with nothing attached as well. Does nothing when it runs already. Attached
   * processes that have ended are reported and detached.
   * @throws ConfigurationError `HFTMON_E_CPU_NOT_FOUND`
   * @throws PermissionError, HardwareNotSupportedError when this process or host cannot do it
   */
  startMonitoring(): void {
    this.#expectUsable('start');
    if (this.monitoringActive) return;
    const session = this.plannedSession();
    connectEvents(session, {
      emit: (name, event) => this.#events.emit(name, event),
      forget: (pid) => this.#processes.remove(pid),
    });
    for (const process of this.#processes.all.values()) {
      if (!attachAgain(process, session)) this.#reportExit(process);
    }
    try {
      session.start();
    } catch (error) {
      session.close();
      throw error;
    }
    this.#session?.close();
    this.#session = session;
    this.#record();
    this.#spikes.follow(session);
  }

  /** Stops monitoring and frees what it took. Metrics stay; does nothing when it does not run. */
  stopMonitoring(): void {
    if (!this.monitoringActive) return;
    this.#end({ keepHistory: true });
  }

  /** The collectors, in order: those of the last start, or what a start would use now. */
  collectors(): RegisteredCollector[] {
    return (this.#session ?? this.plannedSession()).registry.list();
  }

  /** Can this host serve the collectors, from which sources, and if not, why? */
  probe(): ReadonlyMap<string, Support> {
    return (this.#session ?? this.plannedSession()).probe();
  }

  /** The same for every metric, by collector and name. */
  probeMetrics(): ReadonlyMap<string, MetricSupport> {
    return (this.#session ?? this.plannedSession()).probeMetrics();
  }

  /**
   * Writes an application event into the stream, for correlation.
   * @param id - a whole number from 0 to 2^53
   * @returns false when nothing runs, or the stream had no room
   */
  mark(name: string, id = 0, value = 0): boolean {
    return this.#session?.mark(name, id, value) ?? false;
  }

  /**
   * Probes a span of all attached processes, present and future: the calls of a function, or the time
   * from one static probe to another. Like `spanProbes` of the configuration, to which it is added;
   * while monitoring is active that must have been set before the start, if only to an empty list.
   * @throws ConfigurationError `HFTMON_E_SPAN_PROBE_PLACE`, `HFTMON_E_CONFIG_INVALID`
   * @throws HardwareNotSupportedError `HFTMON_E_SPAN_PROBE_REFUSED`; PermissionError
   */
  addSpanProbe(probe: SpanProbe): this {
    this.#expectUsable('add a span probe to');
    if (this.monitoringActive) this.#session!.source.addSpanProbe?.(probe);
    return this.configure({ spanProbes: [...(this.#configuration.spanProbes ?? []), probe] });
  }

  /**
   * Keeps a CPU busy with reading its clock, and says what kept it from that: each gap with the
   * kernel's events in it, and what is left to hardware or hypervisor. Whether monitoring is active
   * or not.
   * @throws ConfigurationError `HFTMON_E_CPU_NEEDED` for a CPU that others need, attached processes
   * among them, unless it is forced; `HFTMON_E_CONFIG_INVALID` and those of the CPU and priority
   * @throws PermissionError when it may not have the priority
   */
  async probeNoise(options: NoiseOptions): Promise<NoiseReport> {
    this.#expectUsable('probe the noise of a CPU with');
    const pids = [...this.#processes.all.keys()];
    return runNoiseProbe({ ...options, pids, environment: this.#environment });
  }

  /**
   * Samples the states of watched threads up to a million times a second, on a CPU of its own and
   * at no cost to the threads. While monitoring is active.
   * @throws ConfigurationError, PermissionError as `probeNoise`
   * @throws ProcessNotFoundError for a thread that is not watched
   */
  async sampleThreadStates(options: SampleThreadsOptions): Promise<ThreadStateReport> {
    this.#expectUsable('sample the threads of');
    return sampleThreadsOf(this.#session, { ...options, pids: [...this.#processes.all.keys()] });
  }

  /**
   * From now on, a spike, a span over its budget, a signal or `freezeFlight` writes the part of the
   * record stream around it into a file, with names, spikes and receipts; `flight` tells of each
   * file, `error` of each that could not be written. Replaces a recorder that was enabled before.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   * @throws MonitorError `HFTMON_E_RECORDING_WRITE` when the directory cannot be written to
   */
  enableFlightRecorder(options: FlightOptions): void {
    this.#expectUsable('enable the flight recorder of');
    const resolved = resolveFlightOptions(options);
    this.disableFlightRecorder();
    this.#flight = new FlightRecorder(resolved, {
      onFlight: (event) => this.#events.emit('flight', event),
      onError: (error) => this.#events.emit('error', { error }),
    });
    this.#spikes.want();
    if (this.monitoringActive) this.#record();
  }

  /** Ends recording; a window that is open is written as far as it has come. */
  disableFlightRecorder(): void {
    this.#flight?.dispose();
    this.#flight = undefined;
  }

  /**
   * Records the present, as a spike would.
   * @returns false when no recorder is enabled, nothing runs, or the limit of recordings per
   * minute withholds it
   */
  freezeFlight(reason = 'asked for'): boolean {
    return this.#flight?.freeze(reason) ?? false;
  }

  /** What the flight recorder has done; `undefined` when none is enabled. */
  getFlightStats(): FlightStats | undefined {
    return this.#flight?.stats;
  }

  /** Listens to an event. @returns stops listening */
  on<Name extends keyof MonitorEvents>(
    name: Name,
    listener: Listener<MonitorEvents[Name]>,
  ): () => void {
    if (OF_SPIKES.has(name)) this.#spikes.want();
    return this.#events.on(name, listener);
  }

  off<Name extends keyof MonitorEvents>(name: Name, listener: Listener<MonitorEvents[Name]>): void {
    this.#events.off(name, listener);
  }

  /** Stops and frees everything. Metrics can still be asked for. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    this.#end({});
    this.disableFlightRecorder();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  /** The session of the last start, for what this class has no method for. */
  override get session(): Session | undefined {
    return this.#session;
  }

  protected override plannedSession(): Session {
    const { createSource = (environment) => new KernelEventSource(environment), log } =
      this.#options;
    const registry = createRegistry(this.#choices, this.#configuration);
    const { cpuAffinity } = this.#configuration;
    return createRun({
      configuration: {
        ...this.#configuration,
        cpuAffinity: cpuAffinity.length > 0 ? cpuAffinity : this.#quietCpus(),
      },
      followChildren: this.#processes.followChildren,
      registry,
      source: createSource(this.#environment),
      minDurationNs: minDurations(registry, this.#configuration),
      historyRecords: this.#flight?.options.historyRecords,
      ...(log === undefined ? {} : { log }),
    });
  }

  #record(): void {
    this.#flight?.follow(this.#session!, this.#configuration);
  }

  /** The recorder needs the ring, and the last spikes, which come with the stop. */
  #end(options: { readonly keepHistory?: boolean }): void {
    this.#session?.stop();
    this.#flight?.finish();
    this.#session?.close(options);
  }

  #quietCpus(): number[] {
    const { procRoot, sysRoot } = this.#environment;
    return quietCpus({ pids: this.#processes.all.keys(), procRoot, sysRoot });
  }

  #reportExit({ pid, comm }: AttachedProcess): void {
    this.#processes.remove(pid);
    this.#session?.detach(pid);
    const timestampNs = this.#session?.clock.nowNs() ?? 0;
    this.#events.emit('processExit', { pid, comm, timestampNs, timestamp: new Date() });
  }

  #expectUsable(operation: string): void {
    if (!this.#disposed) return;
    throw createError('HFTMON_E_SESSION_STATE', { operation, state: 'disposed' });
  }
}
