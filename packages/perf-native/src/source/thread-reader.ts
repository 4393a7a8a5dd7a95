import type { ThreadState, ThreadTotals } from '@hftmon/core';
import { GROUP, HIST_BUCKETS, THREAD, THREAD_STATE } from '../layout.js';
import { readU64At } from './shared-memory.js';

const STATE_NAMES: readonly ThreadState[] = ['unknown', 'running', 'waiting', 'blocked', 'exited'];

/** What a slot needs to be read in context. */
export interface ReadContext {
  /** CLOCK_MONOTONIC ns now, as a double. */
  nowMonotonicNs(): number;
  /** Epoch of the session on that clock. */
  readonly epochMonotonicNs: number;
  /** Probe groups that are attached: totals of others are `undefined`. */
  readonly groups: number;
  /** State of a thread that had no event since it was attached, from /proc. */
  stateOf(pid: number, tid: number): ThreadState;
  comm(pid: number, tid: number): string;
}

/** Looks at a slot; a thread that switches faster than it can be read is taken as it was last seen. */
const LOOKS = 16;

/**
 * Exact totals of the thread in a slot, its current state included up to now.
 *
 * Its probes go on writing meanwhile, and this thread may lose its CPU between two fields, so that
 * a run would be counted as ended and as still going on. Every switch begins a new state: fields
 * are of one state when that began at the same time before and after they were read.
 */
export function readThread(view: Uint32Array, slot: number, context: ReadContext): ThreadTotals {
  const since = slot * THREAD.bytes + THREAD.sinceNs;
  for (let look = 1; ; look++) {
    const before = readU64At(view, since);
    const totals = readFields(view, slot, context);
    if (look === LOOKS || readU64At(view, since) === before) return totals;
  }
}

function readFields(view: Uint32Array, slot: number, context: ReadContext): ThreadTotals {
  const base = slot * THREAD.bytes;
  const u32 = (offset: number) => view[(base + offset) >>> 2] as number;
  const u64 = (offset: number) => readU64At(view, base + offset);
  const has = (group: number, offset: number) => (context.groups & group ? u64(offset) : undefined);
  const tid = u32(THREAD.tid);
  const pid = u32(THREAD.tgid);
  const known = STATE_NAMES[u32(THREAD.state)] ?? 'unknown';
  // The first event sets counts and bases, then the state: before, nothing was counted.
  const since = (count: number, base: number) =>
    known === 'unknown' ? 0 : Math.max(0, u64(count) - u64(base));
  const state = known === 'unknown' ? context.stateOf(pid, tid) : known;
  const until = known === 'exited' ? u64(THREAD.endedNs) : context.nowMonotonicNs();
  // An unfollowed thread's last state ended when it was unfollowed; a dead one's at its end.
  const open = known === 'exited' ? 0 : Math.max(0, until - u64(THREAD.sinceNs));
  const waitOpen = Math.max(0, until - Math.max(u64(THREAD.sinceNs), u64(THREAD.wakeNs)));
  const pending = u32(THREAD.pendingCpu) !== 0;
  return {
    tid,
    pid,
    comm: context.comm(pid, tid),
    state: state === 'blocked' && pending ? 'waiting' : state,
    voluntarySwitches: since(THREAD.voluntary, THREAD.voluntaryBase),
    involuntarySwitches: since(THREAD.involuntary, THREAD.involuntaryBase),
    migrations: has(GROUP.switch | GROUP.migrate, THREAD.migrations),
    bornNs: u64(THREAD.attachedNs) - context.epochMonotonicNs,
    lifetimeNs: Math.max(0, until - u64(THREAD.attachedNs)),
    onCpuNs: u64(THREAD.onCpuNs) + (state === 'running' ? open : 0),
    offCpuNs: u64(THREAD.offCpuNs) + (state === 'running' ? 0 : open),
    runQueueNs: u64(THREAD.waitNs) + (state === 'waiting' || pending ? waitOpen : 0),
    irqNs: has(GROUP.irq, THREAD.irqNs),
    irqCount: has(GROUP.irq, THREAD.irqCount),
    softirqNs: has(GROUP.softirq, THREAD.softirqNs),
    softirqCount: has(GROUP.softirq, THREAD.softirqCount),
    vectorNs: has(GROUP.vector, THREAD.vectorNs),
    vectorCount: has(GROUP.vector, THREAD.vectorCount),
    tlbSendCount: has(GROUP.tlb, THREAD.tlbSends),
    minorFaults: has(GROUP.fault, THREAD.minorFaults),
    majorFaults: has(GROUP.fault, THREAD.majorFaults),
    faultNs: has(GROUP.fault, THREAD.faultNs),
    syscallNs: has(GROUP.syscall, THREAD.syscallNs),
    syscallCount: has(GROUP.syscall, THREAD.syscallCount),
    offCpuHistogram: histogram(view, base + THREAD.offCpuHist),
    runQueueHistogram: histogram(view, base + THREAD.waitHist),
  };
}

function histogram(view: Uint32Array, byteOffset: number): Uint32Array {
  return view.slice(byteOffset >>> 2, (byteOffset >>> 2) + HIST_BUCKETS);
}

/** Is the slot in use, and its thread ended or no longer followed? */
export function isEnded(view: Uint32Array, slot: number): boolean {
  return view[(slot * THREAD.bytes + THREAD.state) >>> 2] === THREAD_STATE.exited;
}

/** Has no probe seen the thread in the slot since it was followed? */
export function isUnseen(view: Uint32Array, slot: number): boolean {
  return view[(slot * THREAD.bytes + THREAD.state) >>> 2] === THREAD_STATE.unknown;
}
