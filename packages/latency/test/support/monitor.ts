import { CollectorRegistry, Session } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import type { Interval } from '@hftmon/testkit';
import { expect } from 'vitest';
import {
  createLatencyCollector,
  recommendedSourceOptions,
  type DetailsByCause,
  type LatencyOptions,
  type LatencyQuery,
  type LatencySpike,
  type ObservedCause,
} from '../../src/index.js';

/** A running session with the collector over the kernel of this host. */
export class Monitor implements Disposable {
  readonly collector;
  readonly session: Session;

  constructor(pids: readonly number[], options: LatencyOptions = {}) {
    this.collector = createLatencyCollector(options);
    this.session = new Session({
      source: new KernelEventSource(),
      registry: new CollectorRegistry().register(this.collector),
      sourceOptions: recommendedSourceOptions(options),
    });
    for (const pid of pids) this.session.attach(pid);
    this.session.on('error', ({ error }) => {
      throw error;
    });
    this.session.start();
  }

  /** The spikes so far. Every receipt is checked: its parts sum to the spike exactly. */
  spikes(query: LatencyQuery = {}): LatencySpike[] {
    const spikes = this.session.snapshot('latency', query) as LatencySpike[];
    for (const { receipt, durationNs } of spikes) {
      expect(receipt.parts.reduce((sum, part) => sum + part.ns, 0)).toBe(durationNs);
      expect(receipt.durationNs).toBe(durationNs);
      expect(receipt.parts.every(({ ns }) => ns > 0)).toBe(true);
    }
    return spikes;
  }

  /** Were records lost? Then a test may not expect to see everything. */
  get dropped(): number {
    return this.session.losses().dropped + this.session.lostRecords;
  }

  [Symbol.dispose](): void {
    this.session.close();
  }
}

/** Start and end of a spike, CLOCK_MONOTONIC ns. */
export function timeOf({ monotonicNs, durationNs }: LatencySpike): Interval {
  return { startNs: monotonicNs, endNs: monotonicNs + durationNs };
}

/** Length of the time that both have in common, ns. */
export function overlapNs(a: Interval, b: Interval): number {
  return Math.max(0, Math.min(a.endNs, b.endNs) - Math.max(a.startNs, b.startNs));
}

/** The spikes that have time in common with an interval. */
export function during(spikes: readonly LatencySpike[], interval: Interval): LatencySpike[] {
  return spikes.filter((spike) => overlapNs(timeOf(spike), interval) > 0);
}

/** How much of an interval is in spikes, ns. */
export function toldNs(spikes: readonly LatencySpike[], interval: Interval): number {
  return spikes.reduce((sum, spike) => sum + overlapNs(timeOf(spike), interval), 0);
}

/**
 * Checks most items, at least three of four. A sandbox around the host keeps the kernel from
 * tracing its own tasks: what they disturb is not told, or not in full.
 */
export function checkMost<Item>(
  items: readonly Item[],
  check: (item: Item, i: number) => void,
): void {
  const failures: unknown[] = [];
  items.forEach((item, i) => {
    try {
      check(item, i);
    } catch (error) {
      failures.push(error);
    }
  });
  if (failures.length > items.length / 4) throw failures[0];
}

/** Net time and evidence of a cause in a spike. */
export function partOf<C extends ObservedCause>(
  { receipt }: LatencySpike,
  cause: C,
): { readonly ns: number; readonly details: DetailsByCause[C] } | undefined {
  const part = receipt.parts.find((candidate) => candidate.cause === cause);
  return part as { readonly ns: number; readonly details: DetailsByCause[C] } | undefined;
}

/** Every part of a cause. */
export function partsOf<C extends ObservedCause>(spikes: readonly LatencySpike[], cause: C) {
  return spikes.flatMap((spike) => partOf(spike, cause) ?? []);
}

/** Time that a task took from a thread that could run, ns. */
export function takenBy(spikes: readonly LatencySpike[], tid: number): number {
  const parts = [...partsOf(spikes, 'preemption'), ...partsOf(spikes, 'run_queue_wait')];
  return parts
    .flatMap(({ details }) => details.by)
    .filter((task) => task.tid === tid)
    .reduce((sum, { ns }) => sum + ns, 0);
}
