import { CollectorRegistry, Session, type SessionClock, type Support } from '@hftmon/core';
import { KernelEventSource, readCpuLists, type HostEnvironment } from '@hftmon/perf-native';
import { NoiseCollector, SETTLE_NS, type GapListener } from './noise-collector.js';

/** The kernel's events around the probe: this process is its own target. */
export class KernelEvents implements Disposable {
  readonly collector: NoiseCollector;
  readonly session: Session;
  readonly support: Support;

  /** @param cpu - of the probe; the thread that moves records stays away from it */
  constructor(cpu: number, environment: HostEnvironment, explained: GapListener) {
    const source = new KernelEventSource(environment);
    this.collector = new NoiseCollector(explained);
    const { online, isolated } = readCpuLists(environment.sysRoot);
    const quiet = online.filter((other) => other !== cpu && !isolated.includes(other));
    this.session = new Session({
      source,
      registry: new CollectorRegistry().register(this.collector),
      sourceOptions: quiet.length > 0 ? { cpuAffinity: quiet } : {},
    });
    this.support = this.collector.probe(environment);
  }

  /**
   * Starts to observe, if the host can.
   * @throws MonitorError when it should be able to, and is not
   */
  start(): void {
    if (!this.support.ok) return;
    this.session.attach(process.pid);
    this.session.start();
    const error = this.session.errorOf(this.collector.meta.name);
    if (error !== undefined) throw error;
  }

  get clock(): SessionClock {
    return this.session.clock;
  }

  /** Delivers what has happened so far, and explains the gaps that have settled, or in the end all. */
  catchUp(atTheEnd = false): void {
    this.collector.readGaps();
    if (!this.support.ok) {
      this.collector.explainUntil(Infinity);
      return;
    }
    const { clock } = this.session;
    const untilNs = clock.nowNs();
    this.session.flush();
    this.collector.explainUntil(atTheEnd ? untilNs : untilNs - SETTLE_NS);
  }

  [Symbol.dispose](): void {
    this.session.close();
  }
}
