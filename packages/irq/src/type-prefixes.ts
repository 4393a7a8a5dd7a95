import type { InterruptType } from './types.js';

/** The types of interrupts, the beginning of their metrics' names, and what people call them. */
export const TYPE_PREFIXES: readonly {
  readonly type: InterruptType;
  readonly prefix: string;
  readonly label: string;
}[] = [
  { type: 'hardware', prefix: 'hard_irq', label: 'Hard interrupts' },
  { type: 'softirq', prefix: 'softirq', label: 'Softirqs' },
  { type: 'timer', prefix: 'timer', label: 'Timer ticks' },
  { type: 'ipi', prefix: 'ipi', label: 'IPIs' },
  { type: 'nmi', prefix: 'nmi', label: 'NMIs' },
];
