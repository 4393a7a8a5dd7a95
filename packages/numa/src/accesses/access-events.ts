import type { ProbeEnvironment, Support } from '@hftmon/core';
import { resolvePmu, type PmuKernel, type ResolvedEvent } from '@hftmon/perf-native';
import type { NumaHost } from '../host/numa-host.js';
import { present, unsupported } from '../support/absent.js';
import type { AccessEvents } from './access-counter.js';

/**
 * Events that count accesses served by local and by remote memory, one pair per core PMU.
 * @param kernel - tries the events; without it what sysfs says is believed
 */
export function accessEvents(
  env: ProbeEnvironment,
  host: NumaHost,
  kernel?: PmuKernel,
): AccessEvents {
  const resolution = resolvePmu(env, kernel);
  const local = resolution.metrics.get('dram_local_loads')!;
  const remote = resolution.metrics.get('dram_remote_loads')!;
  const groups = resolution.pmus.flatMap(({ name }) => {
    const pair = [local, remote].map(({ events }) => events.find(({ pmu }) => pmu === name));
    return pair.every((event): event is ResolvedEvent => event !== undefined)
      ? [{ pmu: name, events: pair }]
      : [];
  });
  const { excludeKernel } = resolution;
  if (groups.length > 0) {
    const names = groups.flatMap(({ events }) => events.map(({ event }) => event));
    const degraded = [local, remote].flatMap(({ support }) =>
      support.ok && support.degraded !== undefined ? [support.degraded] : [],
    );
    const source = `accesses that missed the caches: ${names.join(' and ')}`;
    const note = degraded.length > 0 ? [...new Set(degraded)].join('; ') : undefined;
    return { groups, excludeKernel, support: present('hardware', source, note) };
  }
  return { groups, excludeKernel, support: whyNone([local.support, remote.support], host) };
}

function whyNone(supports: readonly Support[], { memoryNodes }: NumaHost): Support {
  const lacking = supports.find((support) => !support.ok);
  if (memoryNodes.length > 1 && lacking !== undefined) return lacking;
  if (memoryNodes.length > 1) {
    const reason = 'no core of this host counts both local and remote accesses';
    return unsupported(reason, 'none on this CPU');
  }
  const reason = `this host has one memory node: every access is local by definition, which is no measurement${lacking?.ok === false ? `, and ${lacking.reason}` : ''}`;
  return unsupported(reason, 'none needed: there is no remote memory here');
}
