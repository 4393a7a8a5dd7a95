import type { Target } from '@hftmon/core';
import { FakeEventSource, HostedCollector, fakeEnvironment, type FakeRoots } from '@hftmon/testkit';
import { createNumaCollector, type NumaConfig } from '../../src/index.js';

/** The process of the described hosts. */
export const TARGET: Target = {
  pid: 4242,
  comm: 'strategy',
  startTimeTicks: 360_000,
  attachedNs: 0,
};

/** An open collector over a captured or written /proc and /sys. */
export function hosted(roots: FakeRoots, config: NumaConfig = {}) {
  const collector = createNumaCollector(config);
  const { procRoot, sysRoot } = roots;
  const environment = fakeEnvironment({ procRoot, sysRoot, capabilities: 'all' });
  const source = new FakeEventSource({ environment });
  const host = new HostedCollector(collector, { procRoot, sysRoot, source });
  host.open({});
  return { collector, host, writer: source.writer };
}
