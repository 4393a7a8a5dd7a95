import { CollectorRegistry, Session, type EventSourceOptions } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { createSchedulingCollector, type SchedulingConfig } from '../../src/index.js';

/** A running session with the collector over the kernel of this host. */
export class Monitor implements Disposable {
  readonly collector;
  readonly source = new KernelEventSource();
  readonly session: Session;

  constructor(
    pids: readonly number[],
    config: SchedulingConfig = {},
    sourceOptions: EventSourceOptions = {},
  ) {
    this.collector = createSchedulingCollector(config);
    const registry = new CollectorRegistry().register(this.collector);
    this.session = new Session({ source: this.source, registry, sourceOptions });
    for (const pid of pids) this.session.attach(pid);
    this.session.on('error', ({ error }) => {
      throw error;
    });
    this.session.start();
  }

  /** A time of CLOCK_MONOTONIC as ns since the session epoch. */
  sessionNs(monotonicNs: number): number {
    return Number(BigInt(monotonicNs) - this.source.epochMonotonicNs);
  }

  [Symbol.dispose](): void {
    this.session.close();
  }
}
