export { InterruptCollector, createInterruptCollector } from './collector.js';
export { meta as interruptMeta } from './meta.js';
export type {
  InterruptConfig,
  InterruptInfo,
  InterruptMetrics,
  InterruptQuery,
  InterruptSourceTotals,
  InterruptTotalsInfo,
  InterruptType,
  IpiSender,
} from './types.js';
