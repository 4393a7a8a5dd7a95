import type { ProbeEnvironment, Support } from '@hftmon/core';
import { resolvePmu, type CounterGroup, type PmuKernel } from '@hftmon/perf-native';
import type { NumaHost } from '../host/numa-host.js';
import { unsupported } from '../support/absent.js';

/** What the cores of a host can count of local and of remote accesses. */
export interface AccessEvents {
  /** One per core PMU: its first event counts remote accesses, its second, if any, local ones. */
  readonly groups: readonly CounterGroup[];
  readonly excludeKernel: boolean;
  readonly localSupport: Support;
  readonly remoteSupport: Support;
}

/** Best first: what memory of another node served, else what another chip served (Arm). */
const REMOTE = ['dram_remote_loads', 'remote_accesses'] as const;

/**
 * Events that count accesses served by local and by remote memory.
 * @param kernel - tries the events; without it what sysfs says is believed
 */
export function accessEvents(
  env: ProbeEnvironment,
  host: NumaHost,
  kernel?: PmuKernel,
): AccessEvents {
  const resolution = resolvePmu(env, kernel);
  const { excludeKernel } = resolution;
  const local = resolution.metrics.get('dram_local_loads')!;
  const remotes = REMOTE.map((metric) => resolution.metrics.get(metric)!);
  const remote = remotes.find(({ support }) => support.ok) ?? remotes[0]!;
  const groups = resolution.pmus.flatMap(({ name }) => {
    const events = [remote, local].map((metric) => metric.events.find(({ pmu }) => pmu === name));
    const [far, near] = events;
    if (far === undefined) return [];
    return [{ pmu: name, events: near === undefined ? [far] : [far, near] }];
  });
  const everyLocal = groups.length > 0 && groups.every(({ events }) => events.length === 2);
  return {
    // Where only some cores count local accesses, their sum would be too small.
    groups: everyLocal ? groups : groups.map(({ pmu, events }) => ({ pmu, events: [events[0]!] })),
    excludeKernel,
    localSupport: everyLocal ? local.support : whyNone(local.support, host),
    remoteSupport: groups.length > 0 ? remote.support : whyNone(remote.support, host),
  };
}

function whyNone(support: Support, { memoryNodes }: NumaHost): Support {
  if (memoryNodes.length > 1) {
    return support.ok
      ? unsupported('not all cores of this host count them', 'none on this CPU')
      : support;
  }
  const reason = `this host has one memory node: every access is local by definition, which is no measurement${support.ok ? '' : `, and ${support.reason}`}`;
  return unsupported(reason, 'none needed: there is no remote memory here');
}
