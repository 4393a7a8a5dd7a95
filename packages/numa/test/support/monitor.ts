import { CollectorRegistry, Session } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { createNumaCollector, type NumaConfig } from '../../src/index.js';

/** A running session with the collector over this host. Needs no BPF. */
export class Monitor implements Disposable {
  readonly collector;
  readonly session: Session;

  constructor(pids: readonly number[], config: NumaConfig = {}) {
    this.collector = createNumaCollector(config);
    const registry = new CollectorRegistry().register(this.collector);
    this.session = new Session({ source: new KernelEventSource(), registry });
    for (const pid of pids) this.session.attach(pid);
    this.session.on('error', ({ error }) => {
      throw error;
    });
    this.session.start();
  }

  [Symbol.dispose](): void {
    this.session.close();
  }
}
