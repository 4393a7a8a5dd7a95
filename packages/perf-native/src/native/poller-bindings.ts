/** `struct hftmon_poller_options` of `native/include/hftmon/poller.h`, and what goes with it. */
import { createError } from '@hftmon/core';
import type { PollerClock } from '../poller/clock-source.js';
import { REST_NS, WORK_NS, type PollerOptions } from '../poller/options.js';
import { callFailure } from './call-failure.js';
import type { Ffi } from './ffi.js';
import { nativeLibrary } from './bindings.js';

/** The struct, in its order. */
export interface NativePollerOptions {
  cpu: number;
  realtime_priority: number;
  duration_ns: number;
  work_ns: number;
  rest_ns: number;
  interval_ns: number;
  epoch_ns: bigint;
  counter: number;
  reserved: number;
}

/** What a library of any poller has; functions that can fail return 0, or a negative errno. */
export interface PollerLibrary {
  start(handle: unknown): number;
  stop(handle: unknown): number;
  close(handle: unknown): void;
  memory(handle: unknown, which: number, address: BigUint64Array, bytes: BigUint64Array): number;
  view(address: bigint, bytes: number): ArrayBuffer;
}

/** Declares the struct. */
export function pollerStruct({ types }: Ffi): ReturnType<Ffi['types']['struct']> {
  return types.struct({
    cpu: 'uint32_t',
    realtime_priority: 'uint32_t',
    duration_ns: 'uint64_t',
    work_ns: 'uint64_t',
    rest_ns: 'uint64_t',
    interval_ns: 'uint64_t',
    epoch_ns: 'uint64_t',
    counter: 'uint32_t',
    reserved: 'uint32_t',
  });
}

export function toNativePoller(
  { cpu, durationMs, realtimePriority = 0 }: PollerOptions,
  intervalNs: number,
  epochNs: bigint,
  { counter }: PollerClock,
): NativePollerOptions {
  return {
    cpu,
    realtime_priority: realtimePriority,
    duration_ns: Math.round(durationMs * 1e6),
    work_ns: WORK_NS,
    rest_ns: REST_NS,
    interval_ns: Math.round(intervalNs),
    epoch_ns: epochNs,
    counter: counter ? 1 : 0,
    reserved: 0,
  };
}

/**
 * Turns what a call returned into an error.
 * @throws PermissionError, ConfigurationError, MonitorError
 */
export function checkPollerCall(operation: string, result: number, tid = 0): void {
  if (result >= 0) return;
  const { code, facts } = callFailure(result, operation, nativeLibrary().lastError(), tid);
  throw createError(code, facts);
}
