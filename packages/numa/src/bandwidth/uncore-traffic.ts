import type { Support } from '@hftmon/core';
import { SystemCounter, type CpuModelRoots } from '@hftmon/perf-native';
import type { NumaHost } from '../host/numa-host.js';
import { present, unsupported, type Absent } from '../support/absent.js';
import type { Measured } from '../support/measured.js';
import { CountedTurn, type NodeRate, type OpenCounter } from './counted-turn.js';
import { hasDataFabric } from './data-fabric.js';
import type { MemoryEvents } from './memory-event.js';
import { findMemoryEvents } from './memory-events.js';
import { nodeOfPackage, packageOf } from './packages.js';

const OTHERS_COUNT = 'end other users of the uncore PMUs (perf stat -a, another monitor)';

/**
 * Can the traffic of a node's memory be counted here?
 * @param open - tries the counters for a moment; without it files alone are read
 */
export function uncoreSupport(host: NumaHost, roots: CpuModelRoots, open?: OpenCounter): Support {
  const found = findMemoryEvents(roots);
  if (found === undefined) return noControllers(roots.sysRoot);
  const nodes = new Set(nodeOfPackage(host, roots.sysRoot).values());
  if (nodes.size === 0) return sharedPackage();
  const refusal = open && UncoreTraffic.refusalOf(host, roots, open);
  return refusal ?? present('hardware', found.source, found.degraded);
}

/** Traffic of the memory controllers, per package with one node, of all that runs on the host. */
export class UncoreTraffic {
  readonly #found: MemoryEvents | undefined;
  /** Node of the memory that an event on a CPU counts; none of packages with several. */
  readonly #nodeOfCpu: ReadonlyMap<number, number>;
  readonly #openCounter: OpenCounter;
  readonly #counted = new CountedTurn();
  readonly #countedNodes: ReadonlySet<number>;
  /** By turn, of the last time that it was counted. */
  readonly #rates: ReadonlyMap<number, NodeRate>[] = [];
  #turn = 0;
  #refusal: Absent | undefined;
  #lastNs: number | undefined;

  constructor(
    host: NumaHost,
    roots: CpuModelRoots,
    open: OpenCounter = (event) => SystemCounter.open(event),
  ) {
    this.#openCounter = open;
    this.#found = findMemoryEvents(roots);
    this.#nodeOfCpu = nodesOfCpus(this.#found, host, roots.sysRoot);
    if (this.#found === undefined) this.#refusal = noControllers(roots.sysRoot);
    this.#openTurn();
    this.#countedNodes = this.#counted.nodeIds;
  }

  /** Why nothing can be counted, found by opening the counters and closing them again. */
  static refusalOf(host: NumaHost, roots: CpuModelRoots, open: OpenCounter): Absent | undefined {
    const traffic = new UncoreTraffic(host, roots, open);
    traffic.close();
    return traffic.#refusal;
  }

  /** Reads the counters, and lets the next events have them. @param nowNs - ns since the epoch */
  poll(nowNs: number): void {
    if (!this.#counted.isOpen) return;
    const seconds = (nowNs - (this.#lastNs ?? nowNs)) / 1e9;
    const rates = this.#counted.read(seconds);
    const isFirst = this.#lastNs === undefined;
    this.#lastNs = nowNs;
    if (isFirst || seconds <= 0) return;
    this.#rates[this.#turn] = rates;
    if (this.#turns === 1) return;
    this.#counted.close();
    this.#turn = (this.#turn + 1) % this.#turns;
    this.#openTurn();
  }

  /** Between the last two reads; where events take turns, the sum of the last of each. */
  bytesPerSecond(nodeId: number): Measured<number> {
    if (this.#refusal !== undefined) return { value: undefined, support: this.#refusal };
    if (!this.#countedNodes.has(nodeId)) return { value: undefined, support: sharedPackage() };
    let bytesPerSecond = 0;
    let countedShare = 1;
    for (let turn = 0; turn < this.#turns; turn++) {
      const rate = this.#rates[turn]?.get(nodeId);
      if (rate === undefined) return { value: undefined, support: notYet(this.#turns) };
      bytesPerSecond += rate.bytesPerSecond;
      countedShare = Math.min(countedShare, rate.countedShare);
    }
    if (countedShare === 0) {
      const reason = 'an event of the memory controllers found no free counter';
      return { value: undefined, support: unsupported(reason, OTHERS_COUNT) };
    }
    return { value: bytesPerSecond, support: this.#support(countedShare) };
  }

  /** Idempotent; the last figures stay. */
  close(): void {
    this.#counted.close();
  }

  get #turns(): number {
    return this.#found?.turns.length ?? 0;
  }

  #openTurn(): void {
    const events = this.#found?.turns[this.#turn] ?? [];
    this.#refusal ??= this.#counted.open(events, this.#nodeOfCpu, this.#openCounter);
  }

  #support(countedShare: number): Support {
    const degraded = this.#found?.degraded === undefined ? [] : [this.#found.degraded];
    if (countedShare < 1) {
      const percent = (100 * countedShare).toFixed(0);
      degraded.push(`counted ${percent} % of the time and scaled: counters are shared with others`);
    }
    const note = degraded.length > 0 ? degraded.join('; ') : undefined;
    const remedy = countedShare < 1 ? OTHERS_COUNT : undefined;
    return present('hardware', this.#found?.source ?? '', note, remedy);
  }
}

function nodesOfCpus(
  found: MemoryEvents | undefined,
  host: NumaHost,
  sysRoot: string,
): ReadonlyMap<number, number> {
  const nodes = nodeOfPackage(host, sysRoot);
  const nodeOfCpu = new Map<number, number>();
  for (const cpu of new Set((found?.turns ?? []).flat().flatMap(({ cpus }) => cpus))) {
    const nodeId = nodes.get(packageOf(cpu, sysRoot) ?? -1);
    if (nodeId !== undefined) nodeOfCpu.set(cpu, nodeId);
  }
  return nodeOfCpu;
}

function noControllers(sysRoot: string): Absent {
  return hasDataFabric(sysRoot)
    ? unsupported(
        'this kernel has no PMU of memory controllers (amd_umc), and of this CPU no events of the data fabric (amd_df) are known that count memory channels',
        'on Zen 4 and later use a kernel with amd_umc; otherwise look at the traffic of the targets: hftmon stat --resctrl (option resctrl)',
      )
    : unsupported(
        'this host has no PMU of memory controllers (a virtual machine, or a kernel without the uncore driver)',
        'run on bare metal, with the drivers intel_uncore or amd_uncore',
      );
}

function notYet(turns: number): Absent {
  const reason =
    turns === 1
      ? 'the counters were read only once'
      : `the events take ${turns} turns on the counters, and have not all had theirs`;
  return unsupported(reason, 'ask again after the next sample');
}

function sharedPackage(): Absent {
  return unsupported(
    'the package of this node has several nodes, or no CPU: its memory controllers cannot be told apart by node',
    'switch sub-NUMA clustering (SNC, NPS) off, or look at the traffic of the targets: hftmon stat --resctrl (option resctrl)',
  );
}
