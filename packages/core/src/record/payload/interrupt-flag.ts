/** Bits that the flags of HardIrq, Softirq, Vector and Nmi records share. */
export const InterruptFlag = {
  /** The task it interrupted is a target thread. */
  InterruptedTarget: 1 << 0,
  /** A target thread waited for this CPU. */
  TargetWaiting: 1 << 1,
} as const;
