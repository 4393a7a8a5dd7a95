import { CollectorRegistry, Session } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { createCacheCollector, type CacheConfig, type CacheMetrics } from '../../src/index.js';
import { LIMIT_S } from './line-sharing.js';

const STEP_MS = 20;

/** A running session with the collector alone, over the kernel of this host. */
export class Monitor implements Disposable {
  readonly collector;
  readonly session: Session;
  /** What the session reported as errors. */
  readonly errors: Error[] = [];

  constructor(pids: readonly number[], config: CacheConfig = {}) {
    this.collector = createCacheCollector(config);
    const registry = new CollectorRegistry().register(this.collector);
    this.session = new Session({ source: new KernelEventSource(), registry });
    this.session.on('error', ({ error }) => void this.errors.push(error));
    for (const pid of pids) this.session.attach(pid);
    this.session.start();
  }

  /** Waits until the answer is as wanted; the session does the work. */
  async until(isWanted: (metrics: CacheMetrics) => boolean): Promise<CacheMetrics> {
    const deadline = performance.now() + 1000 * LIMIT_S;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      const metrics = this.collector.snapshot();
      if (isWanted(metrics)) return metrics;
      if (performance.now() > deadline) throw new Error(JSON.stringify(metrics.falseSharing));
    }
  }

  [Symbol.dispose](): void {
    this.session.close();
  }
}
