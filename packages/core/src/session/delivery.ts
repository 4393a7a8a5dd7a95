import { createError } from '../errors/create-error.js';
import { BusyDelivery } from './busy-delivery.js';
import { IntervalDelivery } from './interval-delivery.js';

/** What a delivery drives. */
export interface Deliverable {
  /** Has the source hand over what it holds back. Cheap when that is nothing. */
  pull(): void;
  /** Delivers the records published so far. @returns their number. Cheap when there are none. */
  deliver(): number;
  /** Nothing has come for a while, and there is a CPU to spend. Short. */
  idle(): void;
  /** Work that need not be done at every poll. Called often; does it only when it is due. */
  housekeep(): void;
}

/** Decides when records are delivered. */
export interface Delivery {
  readonly mode: 'interval' | 'busy';
  /** Calls its methods again and again until `stop`; `pull` and `idle` only if it never sleeps. */
  start(deliverable: Deliverable): void;
  /** Idempotent. */
  stop(): void;
}

/** How records are delivered. */
export interface DeliveryOptions {
  /**
   * `interval` (default): a timer, cheap. `busy`: never sleeps, keeps one CPU at 100 % and the
   * event loop for itself about `sliceUs` at a time.
   */
  readonly mode?: 'interval' | 'busy';
  /** Period of `interval`, ms; default 20. */
  readonly intervalMs?: number;
  /** How long `busy` polls before other work of the event loop gets its turn, µs; default 2000. */
  readonly sliceUs?: number;
}

export const DEFAULT_INTERVAL_MS = 20;
export const DEFAULT_SLICE_US = 2000;

/** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
export function createDelivery(options: DeliveryOptions = {}): Delivery {
  const { mode = 'interval', intervalMs = DEFAULT_INTERVAL_MS } = options;
  const { sliceUs = DEFAULT_SLICE_US } = options;
  expect('delivery.intervalMs', intervalMs, 1, 60_000);
  expect('delivery.sliceUs', sliceUs, 1, 1_000_000);
  if (mode === 'interval') return new IntervalDelivery(intervalMs);
  if (mode === 'busy') return new BusyDelivery(sliceUs);
  throw createError('HFTMON_E_CONFIG_INVALID', {
    option: 'delivery.mode',
    value: String(mode),
    expected: "'interval' or 'busy'",
  });
}

function expect(option: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  const expected = `a number from ${low} to ${high}`;
  throw createError('HFTMON_E_CONFIG_INVALID', { option, value, expected });
}
