/** Times of a Switch record in the array that its parts are worked on with, ns since the epoch. */
export const SwitchTime = {
  /** It left its CPU. */
  StartNs: 0,
  /** It was woken; the end, where that was not seen. */
  WakeNs: 1,
  /** Begin of its wait for a CPU. */
  WaitFromNs: 2,
  /** It got one. */
  EndNs: 3,
} as const;

/** Numbers in such an array. */
export const SWITCH_TIMES = 4;
