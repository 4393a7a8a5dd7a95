import type { Support } from '@hftmon/core';
import { SystemCounter, type OpenedSystemCounter, type SystemEvent } from '@hftmon/perf-native';
import type { NumaHost } from '../host/numa-host.js';
import { present, unsupported, type Absent } from '../support/absent.js';
import type { Measured } from '../support/measured.js';
import { findMemoryEvents, type MemoryEvents } from './memory-events.js';
import { nodeOfPackage, packageOf } from './packages.js';

/** Opens a counter; tests count something else. */
export type OpenCounter = (event: SystemEvent) => OpenedSystemCounter;

interface Counting {
  readonly counter: SystemCounter;
  readonly nodeId: number;
  readonly bytesPerCount: number;
  value: number;
  enabledNs: number;
  runningNs: number;
}

interface NodeRate {
  bytesPerSecond: number;
  /** Least share of the time that one of its events had a counter. */
  countedShare: number;
}

const NO_CONTROLLERS = unsupported(
  'this host has no PMU of memory controllers (a virtual machine, or a kernel without the uncore driver)',
  'run on bare metal, with the drivers intel_uncore or amd_uncore',
);
const NOT_YET = unsupported('the counters were read only once', 'ask again after the next sample');

/**
 * Can the traffic of a node's memory be counted here?
 * @param open - tries the counters for a moment; without it files alone are read
 */
export function uncoreSupport(host: NumaHost, sysRoot: string, open?: OpenCounter): Support {
  const found = findMemoryEvents(sysRoot);
  if (found === undefined) return NO_CONTROLLERS;
  const nodes = new Set(nodeOfPackage(host, sysRoot).values());
  if (nodes.size === 0) return sharedPackage();
  const refusal = open && UncoreTraffic.refusalOf(host, sysRoot, open);
  return refusal ?? present('hardware', found.source);
}

/** Traffic of the memory controllers, per package with one node, of all that runs on the host. */
export class UncoreTraffic {
  readonly #counting: Counting[] = [];
  readonly #rates = new Map<number, NodeRate>();
  readonly #countedNodes = new Set<number>();
  readonly #source: string;
  #refusal: Absent | undefined;
  #lastNs: number | undefined;

  constructor(
    host: NumaHost,
    sysRoot: string,
    open: OpenCounter = (event) => SystemCounter.open(event),
  ) {
    const found = findMemoryEvents(sysRoot);
    this.#source = found?.source ?? '';
    if (found === undefined) this.#refusal = NO_CONTROLLERS;
    else this.#open(found, host, sysRoot, open);
  }

  /** Why nothing can be counted, found by opening all counters and closing them again. */
  static refusalOf(host: NumaHost, sysRoot: string, open: OpenCounter): Absent | undefined {
    const traffic = new UncoreTraffic(host, sysRoot, open);
    traffic.close();
    return traffic.#refusal;
  }

  /** Reads the counters. @param nowNs - ns since the epoch */
  poll(nowNs: number): void {
    const seconds = (nowNs - (this.#lastNs ?? nowNs)) / 1e9;
    const rates = new Map<number, NodeRate>();
    for (const counting of this.#counting) {
      const { counter, nodeId } = counting;
      counter.read();
      const enabled = counter.enabledNs - counting.enabledNs;
      const running = counter.runningNs - counting.runningNs;
      const bytes = (counter.value - counting.value) * counting.bytesPerCount;
      counting.value = counter.value;
      counting.enabledNs = counter.enabledNs;
      counting.runningNs = counter.runningNs;
      const share = enabled > 0 ? running / enabled : 0;
      const rate = rates.get(nodeId) ?? { bytesPerSecond: 0, countedShare: 1 };
      rate.countedShare = Math.min(rate.countedShare, share);
      if (share > 0 && seconds > 0) rate.bytesPerSecond += bytes / share / seconds;
      rates.set(nodeId, rate);
    }
    if (this.#lastNs !== undefined && seconds > 0) {
      for (const [nodeId, rate] of rates) this.#rates.set(nodeId, rate);
    }
    this.#lastNs = nowNs;
  }

  /** Between the last two reads. */
  bytesPerSecond(nodeId: number): Measured<number> {
    if (this.#refusal !== undefined) return { value: undefined, support: this.#refusal };
    if (!this.#countedNodes.has(nodeId)) return { value: undefined, support: sharedPackage() };
    const rate = this.#rates.get(nodeId);
    if (rate === undefined) return { value: undefined, support: NOT_YET };
    const { countedShare, bytesPerSecond } = rate;
    if (countedShare === 0) {
      const reason = 'an event of the memory controllers found no free counter';
      const remedy = 'end other users of the uncore PMUs (perf stat -a, another monitor)';
      return { value: undefined, support: unsupported(reason, remedy) };
    }
    const degraded =
      countedShare < 1
        ? `counted ${(100 * countedShare).toFixed(0)} % of the time and scaled: counters are shared with others`
        : undefined;
    return { value: bytesPerSecond, support: present('hardware', this.#source, degraded) };
  }

  /** Idempotent; the last figures stay. */
  close(): void {
    for (const { counter } of this.#counting) counter.close();
    this.#counting.length = 0;
  }

  #open(found: MemoryEvents, host: NumaHost, sysRoot: string, open: OpenCounter): void {
    const nodes = nodeOfPackage(host, sysRoot);
    for (const { cpus, bytesPerCount, type, config, config1, config2 } of found.events) {
      for (const cpu of cpus) {
        const nodeId = nodes.get(packageOf(cpu, sysRoot) ?? -1);
        if (nodeId === undefined) continue;
        const opened = open({ type, config, config1, config2, cpu });
        if (!opened.ok) {
          // A part of the controllers would be a wrong sum.
          this.close();
          this.#refusal = opened;
          return;
        }
        const zero = { value: 0, enabledNs: 0, runningNs: 0 };
        this.#counting.push({ counter: opened.counter, nodeId, bytesPerCount, ...zero });
        this.#countedNodes.add(nodeId);
      }
    }
  }
}

function sharedPackage(): Absent {
  return unsupported(
    'the package of this node has several nodes, or no CPU: its memory controllers cannot be told apart by node',
    'switch sub-NUMA clustering (SNC, NPS) off, or look at the traffic of the targets (option resctrl)',
  );
}
