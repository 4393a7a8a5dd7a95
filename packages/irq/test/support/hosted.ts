import { HostedCollector, type HostedOptions } from '@hftmon/testkit';
import { createInterruptCollector, type InterruptConfig } from '../../src/index.js';

/** An open collector on a host whose stream the test writes. */
export function hosted(options: HostedOptions = {}, config: InterruptConfig = {}) {
  const collector = createInterruptCollector(config);
  const host = new HostedCollector(collector, options);
  host.open({});
  return {
    collector,
    source: host.source,
    clock: host.clock,
    deliverAll: () => host.deliverAll(),
    close: () => host.close(),
  };
}
