import { checkPercentile, recordFilter, SampleStatus, type CollectorContext } from '@hftmon/core';
import { listTasks } from '@hftmon/perf-native';
import type { FoundChange } from './attributes/attribute-change.js';
import { AttributeWatch } from './attributes/attribute-watch.js';
import { InversionFinder } from './inversion/inversion-finder.js';
import { resolveOptions, type ResolvedOptions } from './options.js';
import type { InfoContext } from './thread-info.js';
import { StreamIntake } from './threads/stream-intake.js';
import { ThreadRegistry } from './threads/thread-registry.js';
import type { ThrottlingInfo } from './throttling/throttling-info.js';
import { ThrottlingWatch } from './throttling/throttling-watch.js';
import type { SchedulingConfig, SchedulingQuery } from './types.js';
import { processUsage, type ProcessUsage } from './usage/process-usage.js';

/** Processes that are remembered after they left. */
const REMEMBERED_PIDS = 1024;
/** Time between two looks at the control groups that the targets are in, ns. */
const GROUPS_INTERVAL_NS = 1e9;

/** What is used of what the host lends. */
export type RunContext = Pick<
  CollectorContext,
  'clock' | 'source' | 'history' | 'procRoot' | 'sysRoot'
>;

/** What there is of the collector between `open` and the next one. */
export class SchedulingRun {
  readonly context: RunContext;
  readonly registry = new ThreadRegistry();
  readonly finder: InversionFinder;
  readonly intake: StreamIntake;
  readonly options: ResolvedOptions;
  readonly #attributes: AttributeWatch;
  readonly #throttling: ThrottlingWatch;
  /** Targets, also those that left. */
  readonly #pids = new Set<number>();
  /** Those of which it was not yet noted when their totals began. */
  #nextGroupsNs = 0;
  readonly #seesLentPriorities: boolean;
  /** When it was closed, ns since the epoch. */
  #closedNs: number | undefined;
  /** Throttling as it was then, by pid; under `undefined` that of all. */
  readonly #lastThrottling = new Map<number | undefined, ThrottlingInfo>();

  constructor(context: CollectorContext, config: SchedulingConfig) {
    const { clock, source, history, procRoot, sysRoot } = context;
    this.context = { clock, source, history, procRoot, sysRoot };
    this.options = resolveOptions(config);
    this.finder = new InversionFinder(this.registry, source.tasks);
    this.intake = new StreamIntake(this.registry, source.tasks, this.finder);
    this.#attributes = new AttributeWatch(this.registry, this.options.attributesIntervalMs);
    this.#throttling = new ThrottlingWatch(procRoot, sysRoot);
    this.#seesLentPriorities = source.environment.hasTracepoint('sched_pi_setprio');
  }

  /** Changes of attributes that were found, oldest first. */
  get changes(): readonly FoundChange[] {
    return this.#attributes.changes;
  }

  /** Now, or when it was closed, ns since the epoch. */
  nowNs(): number {
    return this.#closedNs ?? this.context.clock.nowNs();
  }

  attach(pid: number): void {
    this.#pids.delete(pid);
    this.#pids.add(pid);
    for (const oldest of this.#pids) {
      if (this.#pids.size <= REMEMBERED_PIDS) break;
      this.#pids.delete(oldest);
    }
    for (const { tid } of listTasks(pid, this.context.procRoot)) this.registry.add(tid, pid);
    this.#throttling.look(pid);
    this.#attributes.look(this.nowNs());
  }

  detach(pid: number): void {
    this.registry.endProcess(pid);
  }

  sample(nowNs: number): number {
    this.#attributes.sample(nowNs);
    if (nowNs >= this.#nextGroupsNs) this.#lookAtGroups(nowNs);
    return SampleStatus.NoData;
  }

  /** Looks at the attributes, unless closed. */
  lookNow(): void {
    if (this.#closedNs === undefined) this.#attributes.look(this.nowNs());
  }

  /** Processes that a query asks for: targets, and their children if they are followed. */
  pids({ pid, tid }: SchedulingQuery): number[] {
    if (pid !== undefined) return [pid];
    const known = this.#known();
    return tid === undefined
      ? known
      : known.filter((each) => this.registry.of(each).some((track) => track.tid === tid));
  }

  /**
   * What the answer to a query is built from; attributes are as of now.
   * @throws ConfigurationError `HFTMON_E_CONFIG_INVALID`
   */
  infoContext(query: SchedulingQuery): InfoContext {
    const { percentiles = this.options.percentiles } = query;
    percentiles.forEach(checkPercentile);
    const windowNs = -recordFilter(query, 0).fromNs;
    this.lookNow();
    const { clock, source } = this.context;
    return {
      clock,
      source,
      windowNs,
      percentiles,
      finder: this.finder,
      attributesIntervalMs: this.options.attributesIntervalMs,
      seesLentPriorities: this.#seesLentPriorities,
    };
  }

  /** Times of the threads of a process. */
  usage(pid: number, { windowNs }: InfoContext): ProcessUsage {
    return processUsage(this.context, this.registry, this.intake, {
      pid,
      nowNs: this.nowNs(),
      windowNs,
    });
  }

  /** Limits of the CPU time of one process, or of all. */
  throttling(pid?: number): ThrottlingInfo {
    const last = this.#lastThrottling.get(pid);
    if (last !== undefined) return last;
    const pids = pid === undefined ? this.#known() : [pid];
    return this.#throttling.info(pids.flatMap((each) => this.registry.of(each)));
  }

  close(): void {
    if (this.#closedNs !== undefined) return;
    this.lookNow();
    const known = this.#known();
    const all = known.map((pid) => this.registry.of(pid));
    const infos = this.#throttling.infos([all.flat(), ...all]);
    [undefined, ...known].forEach((pid, i) => this.#lastThrottling.set(pid, infos[i]!));
    this.#closedNs = this.context.clock.nowNs();
  }

  /** Nobody can tell of a process that has ended to which group it was moved meanwhile. */
  #lookAtGroups(nowNs: number): void {
    this.#nextGroupsNs = nowNs + GROUPS_INTERVAL_NS;
    for (const pid of new Set(this.registry.live.map((track) => track.pid))) {
      this.#throttling.look(pid);
    }
  }

  #known(): number[] {
    return [...new Set([...this.#pids, ...this.registry.pids()])];
  }
}
