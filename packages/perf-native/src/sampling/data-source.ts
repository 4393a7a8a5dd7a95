/**
 * Reads `union perf_mem_data_src` (linux/perf_event.h) from its two halves, low (bits 0 to 31) and
 * high (bits 32 to 63), as `SampleBatch` gives them. Nothing here allocates.
 *
 * | bits  | field   |     | bits  | field   |
 * | ----- | ------- | --- | ----- | ------- |
 * | 0–4   | op      |     | 33–36 | lvl_num |
 * | 5–18  | lvl     |     | 37    | remote  |
 * | 19–23 | snoop   |     | 38–39 | snoopx  |
 * | 24–25 | lock    |     | 40–42 | blk     |
 * | 26–32 | dtlb    |     | 43–45 | hops    |
 *
 * On AMD (IBS) the fields are valid for loads alone, and HITM is not to be trusted on family 19h
 * models 00h–0Fh and 20h–5Fh: see `isHitmReliable`.
 */

const LVL_HIT = 0x2;
const LVL_L1 = 0x8;
const LVL_LFB = 0x10;
const LVL_L2 = 0x20;
const LVL_L3 = 0x40;
const LVL_LOCAL_RAM = 0x80;
const LVL_REMOTE_RAM = 0x100 | 0x200;
const LVL_REMOTE_CACHE = 0x400 | 0x800;
const LVL_IO = 0x1000;
const LVL_UNCACHED = 0x2000;

const SNOOP_HITM = 0x10;
const SNOOPX_PEER = 0x2;
const LOCKED = 0x2;
const TLB_MISS = 0x4;
const TLB_WALK = 0x20;

/** Values of `lvl_num`. */
const NUM_L1 = 0x1;
const NUM_L2 = 0x2;
const NUM_L3 = 0x3;
const NUM_L4 = 0x4;
const NUM_L2_MHB = 0x5;
const NUM_MSC = 0x6;
const NUM_UNCACHED = 0x8;
const NUM_CXL = 0x9;
const NUM_IO = 0xa;
const NUM_ANY_CACHE = 0xb;
const NUM_LFB = 0xc;
const NUM_RAM = 0xd;
const NUM_PMEM = 0xe;
const NUM_NONE = 0xf;

/** What the instruction did. */
export enum MemoryOperation {
  Unknown = 0,
  Load = 1,
  Store = 2,
  /** A locked or other read-modify-write access, told as both. */
  LoadAndStore = 3,
  Prefetch = 4,
  /** An instruction fetch. */
  Execute = 5,
}

/** Where the data came from. */
export enum MemoryLevel {
  Unknown = 0,
  L1 = 1,
  /** A line fill buffer: the line was under way already. */
  FillBuffer = 2,
  L2 = 3,
  L3 = 4,
  L4 = 5,
  /** A cache of another core, on the same node as far as is known. */
  PeerCache = 6,
  /** A cache of another node. */
  RemoteCache = 7,
  LocalRam = 8,
  RemoteRam = 9,
  Cxl = 10,
  PersistentMemory = 11,
  Io = 12,
  Uncached = 13,
  /** Another node, its memory or a cache of it: Arm's SPE does not say which. */
  RemoteNode = 14,
}

const op = (low: number): number => low & 0x1f;
const level = (low: number): number => (low >>> 5) & 0x3fff;
const snoop = (low: number): number => (low >>> 19) & 0x1f;
const lock = (low: number): number => (low >>> 24) & 0x3;
const tlb = (low: number, high: number): number => (low >>> 26) | ((high & 1) << 6);
const levelNumber = (high: number): number => (high >>> 1) & 0xf;
const remote = (high: number): boolean => (high & 0x20) !== 0;
const snoopx = (high: number): number => (high >>> 6) & 0x3;

/** What the instruction did. */
export function memoryOperation(low: number): MemoryOperation {
  const bits = op(low);
  if ((bits & 0x6) === 0x6) return MemoryOperation.LoadAndStore;
  if ((bits & 0x2) !== 0) return MemoryOperation.Load;
  if ((bits & 0x4) !== 0) return MemoryOperation.Store;
  if ((bits & 0x8) !== 0) return MemoryOperation.Prefetch;
  return (bits & 0x10) !== 0 ? MemoryOperation.Execute : MemoryOperation.Unknown;
}

/**
 * How far away the data was: 0 not told, 1 another core of the node, 2 another node of the
 * socket, 3 another socket of the board, 4 another board.
 */
export function hops(high: number): number {
  return (high >>> 11) & 0x7;
}

/**
 * Where the data came from. The older bits (`lvl`) come first, since hardware that sets both
 * says more in them; a level is one only with its HIT bit.
 */
export function memoryLevel(low: number, high: number): MemoryLevel {
  const bits = level(low);
  if ((bits & LVL_HIT) !== 0) {
    if ((bits & LVL_REMOTE_CACHE) !== 0) return remoteCacheLevel(high);
    if ((bits & LVL_REMOTE_RAM) !== 0) return MemoryLevel.RemoteRam;
    if ((bits & LVL_LOCAL_RAM) !== 0) return ramLevel(high);
    if ((bits & LVL_L3) !== 0) return l3Level(high);
    if ((bits & LVL_L2) !== 0) return MemoryLevel.L2;
    if ((bits & LVL_LFB) !== 0) return MemoryLevel.FillBuffer;
    if ((bits & LVL_L1) !== 0) return MemoryLevel.L1;
    if ((bits & LVL_IO) !== 0) return MemoryLevel.Io;
    if ((bits & LVL_UNCACHED) !== 0) return MemoryLevel.Uncached;
  }
  return levelByNumber(high);
}

/** AMD says "remote cache" of another core complex on the same node, too, with one hop. */
function remoteCacheLevel(high: number): MemoryLevel {
  return hops(high) === 1 ? MemoryLevel.PeerCache : MemoryLevel.RemoteCache;
}

function levelByNumber(high: number): MemoryLevel {
  switch (levelNumber(high)) {
    case NUM_L1:
      return MemoryLevel.L1;
    case NUM_L2:
    case NUM_L2_MHB:
      return MemoryLevel.L2;
    case NUM_L3:
    case NUM_MSC:
      return l3Level(high);
    case NUM_L4:
      return MemoryLevel.L4;
    case NUM_UNCACHED:
      return MemoryLevel.Uncached;
    case NUM_CXL:
      return MemoryLevel.Cxl;
    case NUM_IO:
      return MemoryLevel.Io;
    case NUM_ANY_CACHE:
      return isOffNode(high) ? MemoryLevel.RemoteCache : MemoryLevel.PeerCache;
    case NUM_LFB:
      return MemoryLevel.FillBuffer;
    case NUM_RAM:
      return ramLevel(high);
    case NUM_PMEM:
      return MemoryLevel.PersistentMemory;
    case NUM_NONE:
      return remote(high) ? MemoryLevel.RemoteNode : MemoryLevel.Unknown;
    default:
      return MemoryLevel.Unknown;
  }
}

/** `remote` alone may mean another core; the hops tell whether it is another node. */
function isOffNode(high: number): boolean {
  return hops(high) > 1 || (remote(high) && hops(high) === 0);
}

function ramLevel(high: number): MemoryLevel {
  return isOffNode(high) ? MemoryLevel.RemoteRam : MemoryLevel.LocalRam;
}

function l3Level(high: number): MemoryLevel {
  if (isOffNode(high)) return MemoryLevel.RemoteCache;
  return snoopx(high) === SNOOPX_PEER || remote(high) ? MemoryLevel.PeerCache : MemoryLevel.L3;
}

/** Was the line modified in another core's cache (HITM)? The mark of a bouncing line. */
export function isHitm(low: number): boolean {
  return (snoop(low) & SNOOP_HITM) !== 0;
}

/** Did another core's cache hand the line over? All that Arm tells; weaker than HITM. */
export function isPeer(high: number): boolean {
  return snoopx(high) === SNOOPX_PEER;
}

/** Was the access locked (atomic)? */
export function isLocked(low: number): boolean {
  return (lock(low) & LOCKED) !== 0;
}

/** Did the address miss the data TLB, or have to be walked? */
export function missedTlb(low: number, high: number): boolean {
  return (tlb(low, high) & (TLB_MISS | TLB_WALK)) !== 0;
}

/** Did the data come from another node, by RAM or by cache? */
export function isRemoteNode(low: number, high: number): boolean {
  const from = memoryLevel(low, high);
  return (
    from === MemoryLevel.RemoteRam ||
    from === MemoryLevel.RemoteCache ||
    from === MemoryLevel.RemoteNode
  );
}

/**
 * Can HITM be trusted on this AMD CPU? The kernel derives it from a bit of IBS that these models
 * of family 19h set wrongly: 00h–0Fh and 20h–5Fh (Zen 3). The others, and Intel, are fine.
 */
export function isHitmReliable(vendor: string, family: number, model: number): boolean {
  if (vendor !== 'AuthenticAMD' || family !== 0x19) return true;
  return !((model >= 0x00 && model <= 0x0f) || (model >= 0x20 && model <= 0x5f));
}
