import { isMonitorError, type Support, type Target } from '@hftmon/core';
import type { DataSymbols, MemoryMap } from '@hftmon/perf-native';
import { isRunning } from '../files/process-mark.js';
import type { NumaHost } from '../host/numa-host.js';
import type { PageNodes } from '../placement/page-nodes.js';
import type { PlacementReader } from '../placement/placement-reader.js';
import type { ProcessPlacement } from '../placement/process-placement.js';
import type { AccessSamples } from '../samples/access-samples.js';
import { absent, present } from '../support/absent.js';
import { readThreadPlaces, type ThreadPlace } from '../threads/thread-places.js';

/** What looking at a target needs. */
export interface TargetMemoryParts {
  readonly host: NumaHost;
  readonly procRoot: string;
  readonly reader: Pick<PlacementReader, 'read'>;
  readonly samples: AccessSamples;
  /** Absent where there is nobody to ask. */
  readonly pageNodes: PageNodes | undefined;
}

const NOT_YET = absent(
  'HFTMON_E_UNSUPPORTED',
  'its pages were not looked at yet',
  'wait for the next look; the option placementIntervalMs says how often',
);

/** The pages and threads of one target process, as they were at the last look. */
export class TargetMemory {
  readonly target: Target;
  readonly samples: AccessSamples;
  readonly #parts: TargetMemoryParts;
  readonly #cpuNsByNode = new Map<number, number>();
  #byTid: ReadonlyMap<number, ThreadPlace> = new Map();
  #placement: ProcessPlacement | undefined;
  #support: Support = NOT_YET;
  #ended = false;
  /** Hinting faults by thread as of the last look, and of all since the first. */
  #faultsBefore: ReadonlyMap<number, number> = new Map();
  #hintFaults: number | undefined;

  constructor(target: Target, parts: TargetMemoryParts) {
    this.target = target;
    this.samples = parts.samples;
    this.#parts = parts;
  }

  /** Where the pages are, or were before the process ended. */
  get placement(): ProcessPlacement | undefined {
    return this.#placement;
  }

  /** Where the placement is from, or why there is none. */
  get support(): Support {
    return this.#support;
  }

  get threads(): readonly ThreadPlace[] {
    return [...this.#byTid.values()];
  }

  /** Time on CPUs by node since the first look, ns. */
  get cpuNsByNode(): ReadonlyMap<number, number> {
    return this.#cpuNsByNode;
  }

  /** NUMA hinting faults since the first look; `undefined` on a kernel without NUMA balancing. */
  get hintFaults(): number | undefined {
    return this.#hintFaults;
  }

  /** The process has ended; what is known is of the last look before. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Looks whether the process still runs; there are no more looks once it does not. */
  hasEnded(): boolean {
    this.#ended ||= !this.#isSameProcess();
    return this.#ended;
  }

  /** Node that a thread ran on at the last look. */
  nodeOfThread(tid: number): number | undefined {
    return this.#byTid.get(tid)?.nodeId;
  }

  /** Looks at threads, pages and where the samples are. @param nowNs - ns since the epoch */
  refresh(nowNs: number): void {
    if (this.hasEnded()) return;
    const { host, procRoot, reader, pageNodes } = this.#parts;
    const { pid } = this.target;
    this.#look(readThreadPlaces(pid, host, procRoot));
    const result = reader.read(pid, nowNs, this.#byTid.has(pid) ? pid : [...this.#byTid.keys()][0]);
    if (!result.ok) {
      // A process gives its memory back before it is a zombie; what was seen of it stays.
      const isEnding = this.hasEnded() || result.support.code === 'HFTMON_E_PROCESS_NOT_FOUND';
      if (isEnding && this.#placement !== undefined) return;
      this.#placement = undefined;
      this.#support = result.support;
      return;
    }
    this.#placement = result.placement;
    this.#support = supportOf(result.placement);
    if (pageNodes !== undefined) this.#locate(pageNodes);
  }

  /** Its mappings as they are now; `undefined` when they cannot be read (any more). */
  readMap(symbols: DataSymbols): MemoryMap | undefined {
    if (this.hasEnded()) return undefined;
    try {
      return symbols.readMap(this.target.pid);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'ENOENT' || code === 'ESRCH') return undefined;
      throw error;
    }
  }

  /** Name of a thread at the last look. */
  commOf(tid: number): string | undefined {
    return this.#byTid.get(tid)?.comm;
  }

  /** A process that ends meanwhile, or may not be asked about, leaves its samples without nodes. */
  #locate(pageNodes: PageNodes): void {
    try {
      this.samples.locate(this.target.pid, pageNodes);
    } catch (error) {
      if (!isMonitorError(error)) throw error;
      this.hasEnded();
    }
  }

  /** A thread with less than before is another one with the same tid. */
  #look(threads: readonly ThreadPlace[]): void {
    const faultsNow = new Map<number, number>();
    for (const { tid, nodeId, onCpuNs, faults } of threads) {
      const since = this.#byTid.get(tid)?.onCpuNs;
      if (nodeId !== undefined && onCpuNs !== undefined && since !== undefined) {
        const ns = this.#cpuNsByNode.get(nodeId) ?? 0;
        this.#cpuNsByNode.set(nodeId, ns + Math.max(0, onCpuNs - since));
      }
      if (faults === undefined) continue;
      this.#hintFaults ??= 0;
      const before = this.#faultsBefore.get(tid) ?? faults.total;
      this.#hintFaults += Math.max(0, faults.total - before);
      faultsNow.set(tid, faults.total);
    }
    this.#faultsBefore = faultsNow;
    this.#byTid = new Map(threads.map((thread) => [thread.tid, thread]));
  }

  #isSameProcess(): boolean {
    return isRunning(this.target, this.#parts.procRoot);
  }
}

function supportOf({ method, seenFraction }: ProcessPlacement): Support {
  if (method === 'numa_maps') return present('procfs', '/proc/PID/numa_maps');
  const share = (100 * seenFraction).toPrecision(2);
  return present('kernel', 'move_pages', `a sample of ${share} % of the pages in memory`);
}
