import { createError, type Session } from '@hftmon/core';
import {
  sampleThreadStates,
  type NoiseRunOptions,
  type ThreadStateOptions,
  type ThreadStateReport,
} from '@hftmon/latency';
import { KernelEventSource } from '@hftmon/perf-native';

/** What of a noise probe is not settled by the monitor. */
export type NoiseOptions = Omit<NoiseRunOptions, 'environment' | 'pids'>;

/** What of a thread sampler is not settled by the monitor. */
export type SampleThreadsOptions = Omit<ThreadStateOptions, 'pids'>;

/**
 * Samples threads of a session.
 * @throws MonitorError `HFTMON_E_SESSION_STATE` when none runs
 * @throws HardwareNotSupportedError for a session without the kernel's events
 */
export async function sampleThreadsOf(
  session: Session | undefined,
  options: ThreadStateOptions,
): Promise<ThreadStateReport> {
  if (session?.state !== 'running') {
    const state = session?.state ?? 'idle';
    throw createError('HFTMON_E_SESSION_STATE', { operation: 'sample the threads of', state });
  }
  if (!(session.source instanceof KernelEventSource)) {
    throw createError('HFTMON_E_UNSUPPORTED', {
      feature: 'sampling of thread states',
      reason: 'the events of this session do not come from the kernel',
      remedy: 'use the event source of @hftmon/perf-native',
    });
  }
  return sampleThreadStates(session.source, options);
}
