import {
  createMonitorContainer,
  resolveSession,
  type CollectorRegistry,
  type EventSource,
  type Logger,
  type Session,
  type SessionOptions,
} from '@hftmon/core';
import type { MonitorConfiguration } from '../configuration/configuration.js';
import { stacksFromNs } from '../configuration/stacks-from-ns.js';

/** What a run is made of. */
export interface RunParts {
  readonly configuration: MonitorConfiguration;
  readonly followChildren: boolean;
  readonly registry: CollectorRegistry;
  readonly source: EventSource;
  /** Filters of the kernel side that the collectors asked for. */
  readonly minDurationNs: NonNullable<SessionOptions['sourceOptions']>['minDurationNs'];
  /** Records that the history ring holds; default: as the source has it. */
  readonly historyRecords?: number | undefined;
  readonly log?: Logger;
}

/** The session of one start of the monitor, from a container of its own. */
export function createRun(parts: RunParts): Session {
  const { configuration, registry, source, followChildren, minDurationNs, log } = parts;
  const { historyRecords } = parts;
  const { cpuAffinity, realtimePriority, spanProbes, delivery } = configuration;
  const stacks = stacksFromNs(configuration);
  const container = createMonitorContainer({
    source,
    registry,
    delivery: { mode: delivery },
    sourceOptions: {
      followChildren,
      cpuAffinity,
      realtimePriority,
      ...(historyRecords === undefined ? {} : { historyRecords }),
      ...(spanProbes === undefined ? {} : { spanProbes }),
      ...(minDurationNs === undefined ? {} : { minDurationNs }),
      ...(stacks === undefined ? {} : { stacksFromNs: stacks }),
    },
    ...(log === undefined ? {} : { log }),
  });
  return resolveSession(container);
}
