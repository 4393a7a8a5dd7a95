/**
 * Prints as JSON what the collector finds for a process, after two looks. From the built package:
 * `node report.mjs PID [SECONDS]`. Needs no BPF.
 */
import { CollectorRegistry, Session } from '@hftmon/core';
import { createNumaCollector } from '@hftmon/numa';
import { KernelEventSource } from '@hftmon/perf-native';
import { setTimeout } from 'node:timers/promises';

const [pid, seconds] = [Number(process.argv[2]), Number(process.argv[3] ?? 2)];
const numa = createNumaCollector({ placementIntervalMs: 500 });
const session = new Session({
  source: new KernelEventSource(),
  registry: new CollectorRegistry().register(numa),
});
session.on('error', ({ error }) => {
  throw error;
});
try {
  session.attach(pid);
  session.start();
  await setTimeout(seconds * 1000);
  session.stop();
  const support = session.probe().get('numa');
  const host = numa.host;
  const report = {
    pid,
    support,
    nodes: host.nodes.map(({ id, cpus, distances }) => ({
      id,
      cpus,
      distances: Object.fromEntries(distances),
    })),
    latencies: host.nodes.flatMap(({ id: from }) =>
      host.nodes.map(({ id: to }) => ({ from, to, readNs: numa.latencies.readNs(from, to) })),
    ),
    latencySource: numa.latencies.source,
    stats: numa.snapshot({ includeHeatmap: true, resolution: 'node' }),
    targets: numa.targets(),
    balancing: numa.balancing(),
    metrics: numa.metrics(),
    metricSupport: Object.fromEntries(numa.metricSupport()),
    recommendations: numa.recommendations(),
  };
  const plain = (_key, value) => (value instanceof Map ? Object.fromEntries(value) : value);
  process.stdout.write(`${JSON.stringify(report, plain, 1)}\n`);
} finally {
  session.close();
}
