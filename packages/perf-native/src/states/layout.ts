/** Byte offsets of `native/include/hftmon/thread_states.h`; a test compares them with the compiler's. */

/** Offsets of `struct hftmon_sampled_thread`. */
export const SAMPLED_THREAD = {
  bytes: 172_320,
  tid: 0,
  state: 4,
  samples: 8,
  spells: 64,
} as const;

/** `enum hftmon_sampled_state`, by number. */
export const SAMPLED_STATES = [
  'unknown',
  'running',
  'interrupted',
  'faulting',
  'waiting',
  'blocked',
  'exited',
] as const;

/** `HFTMON_SAMPLED_THREADS`. */
export const MOST_SAMPLED_THREADS = 64;

/** `enum hftmon_thread_sampler_memory`. */
export const THREAD_SAMPLER_MEMORY = { stats: 0, threads: 1 } as const;
