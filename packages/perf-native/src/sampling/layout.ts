/** Offsets of the samples' memory, as in `native/include/hftmon/samples.h`; a test compares them. */

/** Header page. */
export const SAMPLES = {
  headerBytes: 4096,
  slots: 0,
  slotBytes: 4,
  head: 128,
  tail: 256,
  stats: 512,
} as const;

/** `struct hftmon_sample`, byte offsets. */
export const SAMPLE = {
  time: 0,
  tid: 8,
  pid: 12,
  cpu: 16,
  flags: 20,
  ip: 24,
  address: 32,
  dataSource: 40,
  weight: 48,
  event: 52,
  registers: 64,
} as const;

/** `enum hftmon_sample_flag`. */
export const SAMPLE_FLAG = {
  exactIp: 1 << 0,
  hasData: 1 << 1,
  hasRegisters: 1 << 2,
  registers32: 1 << 3,
} as const;

/** `struct hftmon_sample_stats`, byte offsets. */
export const SAMPLE_STATS = {
  samples: 0,
  lost: 8,
  overruns: 16,
  kernel: 24,
  throttles: 32,
  unknown: 40,
  ended: 48,
  wakes: 56,
  busyNs: 64,
  tid: 72,
  threads: 80,
  truncations: 88,
  collisions: 96,
  skippedBytes: 104,
} as const;

/** `enum hftmon_sample_event_flag`. */
export const EVENT_FLAG = {
  excludeKernel: 1 << 0,
  userOnly: 1 << 1,
  registers: 1 << 2,
  data: 1 << 3,
  needsLeader: 1 << 4,
  spe: 1 << 5,
  neoverseSources: 1 << 6,
} as const;
