export { ContextSwitchCollector, createContextSwitchCollector } from './collector.js';
export { meta as contextSwitchMeta } from './meta.js';
export type {
  ContextSwitchConfig,
  ContextSwitchInfo,
  ContextSwitchMetrics,
  ContextSwitchQuery,
  Distribution,
  MissingStack,
  MigrationCounts,
  MigrationInfo,
  MigrationQuery,
  OffCpuState,
  PreemptionReason,
  StackTrace,
  ThreadSwitchTotals,
} from './types.js';
