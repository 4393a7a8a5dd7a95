export { InterruptCollector, createInterruptCollector } from './collector.js';
export { INTERRUPT_PARTS, type InterruptPart } from './parts.js';
export type { InterruptAffinity } from './affinity.js';
export type { CoalescingInfo } from './coalescing.js';
export type { DeferredWorkInfo, DelayInfo, SoftirqDeferralInfo, WorkInfo } from './deferral.js';
export type { TickInfo } from './ticks.js';
export type { TlbSender } from './tlb-senders.js';
export type { WorkRun } from './work-run.js';
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
