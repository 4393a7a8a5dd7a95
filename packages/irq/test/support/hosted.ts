import {
  FakeEventSource,
  HostedCollector,
  bpfWorks,
  fakeEnvironment,
  type HostedOptions,
} from '@hftmon/testkit';
import { createInterruptCollector, type InterruptConfig } from '../../src/index.js';

/** An open collector on a host whose stream the test writes. */
export function hosted(options: HostedOptions = {}, config: InterruptConfig = {}) {
  const collector = createInterruptCollector(config);
  const { procRoot, sysRoot } = options;
  const environment = fakeEnvironment({
    bpf: bpfWorks,
    tracepoints: 'all',
    capabilities: 'all',
    ...(procRoot !== undefined && { procRoot }),
    ...(sysRoot !== undefined && { sysRoot }),
  });
  const source = options.source ?? new FakeEventSource({ environment });
  const host = new HostedCollector(collector, { ...options, source });
  host.open({});
  return {
    collector,
    source: host.source,
    clock: host.clock,
    deliverAll: () => host.deliverAll(),
    close: () => host.close(),
  };
}
