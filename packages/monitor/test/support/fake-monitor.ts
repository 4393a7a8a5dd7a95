import { FakeEventSource, fakeEnvironment, bpfWorks } from '@hftmon/testkit';
import {
  HFTResourceMonitor,
  type HFTResourceMonitorOptions,
  type HostEnvironment,
} from '@hftmon/monitor';

/** A host that allows everything, or what is said otherwise. */
export function hostWith(
  changes: Partial<Parameters<typeof fakeEnvironment>[0]> = {},
): HostEnvironment {
  const options = { bpf: bpfWorks, tracepoints: 'all', capabilities: 'all', ...changes } as const;
  return fakeEnvironment(options) as HostEnvironment;
}

/** A monitor over fake sources, which are kept in the order of the starts. */
export function fakeMonitor(options: HFTResourceMonitorOptions = {}): {
  readonly monitor: HFTResourceMonitor;
  readonly sources: FakeEventSource[];
} {
  const sources: FakeEventSource[] = [];
  const monitor = new HFTResourceMonitor({
    environment: hostWith(),
    createSource: () => {
      const source = new FakeEventSource();
      sources.push(source);
      return source;
    },
    ...options,
  });
  return { monitor, sources };
}
