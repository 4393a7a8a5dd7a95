import { readText } from '../proc/read.js';

/** Counters that are read with one instruction and by which the kernel may keep time. */
const COUNTERS: ReadonlySet<string> = new Set(['tsc', 'arch_sys_counter']);

/** By what pollers tell the time. */
export interface PollerClock {
  /** The kernel's clock source. */
  readonly source: string;
  /**
   * Is the CPU's counter read directly? Only where the kernel trusts it and keeps time by it, too;
   * else CLOCK_MONOTONIC is read.
   */
  readonly counter: boolean;
}

export function pollerClock(sysRoot: string): PollerClock {
  const file = `${sysRoot}/devices/system/clocksource/clocksource0/current_clocksource`;
  const source = readText(file)?.trim() ?? 'unknown';
  return { source, counter: COUNTERS.has(source) };
}
