import { SystemCounter, type OpenedSystemCounter, type SystemEvent } from '@hftmon/perf-native';
import type { Absent } from '../support/absent.js';
import type { MemoryEvent } from './memory-event.js';

/** Opens a counter; tests count something else. */
export type OpenCounter = (event: SystemEvent) => OpenedSystemCounter;

/** Traffic of a node between two reads. */
export interface NodeRate {
  bytesPerSecond: number;
  /** Least share of the time that one of its events had a counter. */
  countedShare: number;
}

interface Counting {
  readonly counter: SystemCounter;
  readonly nodeId: number;
  readonly bytesPerCount: number;
  value: number;
  enabledNs: number;
  runningNs: number;
}

/** Counters of the events that are counted at one time. */
export class CountedTurn {
  readonly #counting: Counting[] = [];

  /**
   * Opens all or none: a part of the controllers would be a wrong sum.
   * @param nodeOfCpu - node of the memory that an event on a CPU counts; without one it is left out
   */
  open(
    events: readonly MemoryEvent[],
    nodeOfCpu: ReadonlyMap<number, number>,
    openCounter: OpenCounter,
  ): Absent | undefined {
    for (const { cpus, bytesPerCount, type, config, config1, config2 } of events) {
      for (const cpu of cpus) {
        const nodeId = nodeOfCpu.get(cpu);
        if (nodeId === undefined) continue;
        const opened = openCounter({ type, config, config1, config2, cpu });
        if (!opened.ok) {
          this.close();
          return opened;
        }
        const zero = { value: 0, enabledNs: 0, runningNs: 0 };
        this.#counting.push({ counter: opened.counter, nodeId, bytesPerCount, ...zero });
      }
    }
    return undefined;
  }

  get isOpen(): boolean {
    return this.#counting.length > 0;
  }

  /** Nodes whose memory is counted. */
  get nodeIds(): ReadonlySet<number> {
    return new Set(this.#counting.map(({ nodeId }) => nodeId));
  }

  /** Reads the counters. @param seconds - since the last read, or since the open */
  read(seconds: number): ReadonlyMap<number, NodeRate> {
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
    return rates;
  }

  /** Idempotent. */
  close(): void {
    for (const { counter } of this.#counting) counter.close();
    this.#counting.length = 0;
  }
}
