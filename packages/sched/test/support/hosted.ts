import { HostedCollector, type HostedOptions } from '@hftmon/testkit';
import { createSchedulingCollector, type SchedulingConfig } from '../../src/index.js';

/** An open collector on a host whose stream the test writes. */
export function hosted(options: HostedOptions = {}, config: SchedulingConfig = {}) {
  const collector = createSchedulingCollector(config);
  const host = new HostedCollector(collector, options);
  host.open({});
  return { collector, host, source: host.source, clock: host.clock };
}
