/**
 * Offsets of the structures that BPF programs and the C library share with JavaScript, as in
 * `native/include/hftmon/shared.h`; a test compares them with what the compiler says.
 */

/** `struct hftmon_thread`, byte offsets. */
export const THREAD = {
  bytes: 1024,
  tid: 0,
  tgid: 4,
  state: 8,
  cpu: 12,
  sinceNs: 16,
  cameNs: 24,
  wakeNs: 32,
  wakerTid: 40,
  pendingCpu: 48,
  born: 52,
  voluntary: 56,
  involuntary: 64,
  voluntaryBase: 72,
  involuntaryBase: 80,
  onCpuNs: 88,
  offCpuNs: 96,
  waitNs: 104,
  switches: 112,
  outFlags: 124,
  irqNs: 152,
  irqCount: 160,
  softirqNs: 168,
  softirqCount: 176,
  vectorNs: 184,
  vectorCount: 192,
  nmiNs: 200,
  faultNs: 248,
  minorFaults: 256,
  majorFaults: 264,
  syscallNs: 304,
  syscallCount: 312,
  migrations: 320,
  endedNs: 328,
  attachedNs: 336,
  offCpuHist: 344,
  waitHist: 504,
  tlbSends: 672,
  turnStartNs: 896,
} as const;

/** Buckets of a thread's log2 histograms. */
export const HIST_BUCKETS = 40;

/** `enum hftmon_thread_state`. */
export const THREAD_STATE = { unknown: 0, running: 1, waiting: 2, blocked: 3, exited: 4 } as const;

/** `struct hftmon_cpu`, byte offsets. */
export const CPU = {
  bytes: 1792,
  head: 0,
  tail: 128,
  pending: 256,
  idleLeftNs: 736,
  idleState: 752,
  counts: 768,
} as const;

/** `struct hftmon_counts`, byte offsets. */
export const COUNTS = { bytes: 32, seen: 0, emitted: 8, filtered: 16, dropped: 24 } as const;

/** `struct hftmon_sources`: totals per interrupt source on one CPU, byte offsets. */
export const SOURCES = {
  bytes: 66_960,
  softirq: 0,
  vector: 400,
  tlbFlush: 800,
  nmi: 840,
  irq: 880,
  ksoftirqd: 41_840,
  softirqDelay: 42_000,
  work: 42_240,
  workDelay: 42_280,
  tick: 42_304,
  tlbSends: 42_360,
  device: 42_384,
} as const;

/** `struct hftmon_source`, byte offsets. */
export const SOURCE = {
  bytes: 40,
  count: 0,
  ns: 8,
  maxNs: 16,
  targetCount: 24,
  targetNs: 32,
} as const;

/** `struct hftmon_ksoftirqd`, byte offsets. */
export const KSOFTIRQD = { bytes: 16, count: 0, ns: 8 } as const;

/** `struct hftmon_delay`, byte offsets. */
export const DELAY = { bytes: 24, count: 0, ns: 8, maxNs: 16 } as const;

/** `struct hftmon_tick`, byte offsets. */
export const TICK = { bytes: 56, stopped: 0, kept: 8 } as const;

/** `struct hftmon_tlb_sends`, byte offsets. */
export const TLB_SENDS = { bytes: 24, count: 0, all: 8, pages: 16 } as const;

/** `struct hftmon_device_work`, byte offsets. */
export const DEVICE_WORK = { bytes: 24, polls: 0, packets: 8, requests: 16 } as const;

/** Interrupt numbers, softirq vectors and APIC vector types that have totals. */
export const SOURCE_COUNTS = { irq: 1024, softirq: 10, vector: 10 } as const;

/** `struct hftmon_config`, byte offsets. */
export const CONFIG = {
  bytes: 408,
  enabled: 0,
  followChildren: 4,
  stacks: 8,
  taskGeneration: 12,
  stacksFromNs: 16,
  syscallFromNs: 24,
  tlbFlushFunction: 32,
  preemptCountDistance: 40,
  untrackedThreads: 48,
  stackFailures: 56,
  minDurationNs: 64,
  vmEventsDistance: 320,
  stealTimeDistance: 328,
  loopTgids: 336,
  timersDistance: 400,
} as const;

/** `struct hftmon_pump_stats`, byte offsets. */
export const PUMP = {
  bytes: 40,
  records: 0,
  wakes: 8,
  busyNs: 16,
  tid: 24,
  unordered: 32,
} as const;

/** `enum hftmon_group`. */
export const GROUP = {
  switch: 1 << 0,
  migrate: 1 << 1,
  signal: 1 << 2,
  irq: 1 << 3,
  softirq: 1 << 4,
  vector: 1 << 5,
  ipi: 1 << 6,
  nmi: 1 << 7,
  fault: 1 << 8,
  syscall: 1 << 9,
  pi: 1 << 10,
  device: 1 << 11,
  deferred: 1 << 12,
  tick: 1 << 13,
  tlb: 1 << 14,
  lock: 1 << 15,
  memory: 1 << 16,
  idle: 1 << 17,
  span: 1 << 20,
  pause: 1 << 21,
} as const;

/** `enum hftmon_memory`. */
export const MEMORY = {
  history: 0,
  input: 1,
  threads: 2,
  cpus: 3,
  sources: 4,
  config: 5,
  pump: 6,
  markers: 7,
  open_spans: 8,
  probe_counts: 9,
} as const;

/** `struct hftmon_marker_stats`, byte offsets. */
export const MARKER_STATS = {
  bytes: 16_640,
  origin: 0,
  marks: 8,
  spans: 16,
  instants: 24,
  lost: 32,
  garbage: 40,
  unmatchedEnds: 48,
  overlapping: 56,
  tooDeep: 64,
  abandoned: 72,
  clockErrors: 80,
  open: 88,
  threads: 96,
  names: 104,
  refusedNames: 112,
  refusedThreads: 120,
  refusedMarks: 128,
  clockErrorNs: 136,
  clock: 144,
  ofName: 256,
} as const;

/** `struct hftmon_marker_name_stats`, byte offsets. */
export const MARKER_NAME_STATS = { bytes: 16, spans: 0, open: 8, errors: 12 } as const;

/** `struct hftmon_open_spans`, byte offsets; its lists are of calls and of pairs of probes. */
export const OPEN_SPANS = {
  bytes: 1040,
  attachedNs: 0,
  calls: 8,
  call: 16,
  pair: 784,
} as const;

/** `struct hftmon_open_call`, byte offsets. */
export const OPEN_CALL = { bytes: 24, probe: 16 } as const;

/** `struct hftmon_open_pair`, byte offsets. */
export const OPEN_PAIR = { bytes: 16, probe: 8 } as const;

/** `struct hftmon_probe_counts`, byte offsets. */
export const PROBE_COUNTS = {
  bytes: 32,
  begun: 0,
  ended: 8,
  tooDeep: 16,
  unmatchedEnds: 24,
} as const;

/** Span probes of a session, static spans that a thread may have open, origin of the first probe. */
export const SPAN_PROBE_LIMITS = { probes: 256, pairs: 16, firstOrigin: 0x4000_0000 } as const;

/** Areas of marks that a session reads at the same time, and names in each. */
export const MARKER_LIMITS = { areas: 64, names: 1024 } as const;

/** Processes whose event loops a session watches at the same time, origin of their spans. */
export const LOOP_LIMITS = { processes: 16, firstOrigin: 0x6000_0000 } as const;
