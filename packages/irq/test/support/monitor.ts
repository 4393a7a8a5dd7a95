import { CollectorRegistry, RecordKind, Session, type EventSourceOptions } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { createInterruptCollector } from '../../src/index.js';

/** Switches of a busy host would push the interrupts out of the history. */
const WITHOUT_SWITCHES = { [RecordKind.Switch]: 1e12, [RecordKind.Ran]: 1e12 };

/** A running session with the collector over the kernel of this host. */
export class Monitor implements Disposable {
  readonly collector = createInterruptCollector();
  readonly source = new KernelEventSource();
  readonly session: Session;

  constructor(pids: readonly number[], options: EventSourceOptions = {}) {
    const sourceOptions = { minDurationNs: WITHOUT_SWITCHES, ...options };
    const registry = new CollectorRegistry().register(this.collector);
    this.session = new Session({ source: this.source, registry, sourceOptions });
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
