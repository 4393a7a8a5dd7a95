import {
  FaultType,
  InterruptFlag,
  LockFlag,
  MemoryWorkType,
  NO_STACK,
  PauseType,
  RecordKind,
  SwitchFlag,
  ThrottleType,
  VectorType,
} from '@hftmon/core';
import type { FakeRecord } from '@hftmon/testkit';

/** The thread that the records are about, unless they say otherwise. */
export const TID = 7;
export const PID = 5;

const NO_STACKS = 0xffff_ffff;

interface Times {
  readonly from: number;
  readonly to: number;
  readonly tid?: number;
  readonly cpu?: number;
}

export interface SwitchFields extends Times {
  /** When it was woken; default: it could run all the time. */
  readonly woken?: number;
  readonly next?: number;
  readonly previous?: number;
  readonly waker?: number;
  readonly flags?: number;
  readonly cpuFrom?: number;
  readonly syscall?: number;
  /** First argument of the system call. */
  readonly argument?: number;
  readonly futexOperation?: number;
  readonly userStack?: number;
  /** Others that were runnable when it began to wait; absent: not known. */
  readonly depth?: number;
}

function low(value: number): number {
  return value >>> 0;
}

function high(value: number): number {
  return Math.floor(value / 2 ** 32);
}

function frame(kind: number, times: Times, words: number[]): FakeRecord {
  const { from, to, tid = TID, cpu = 0 } = times;
  return { kind, tid, cpu, timestampNs: from, durationNs: to - from, words };
}

/** A time off the CPU. Voluntary when it names a wake-up. */
export function offCpu(fields: SwitchFields): FakeRecord {
  const { from, to, woken, next = 0, previous = 0, waker = 0, cpu = 0 } = fields;
  const { cpuFrom = cpu, syscall = -1, argument = 0, futexOperation = 0, userStack } = fields;
  const voluntary = woken === undefined ? 0 : SwitchFlag.Voluntary | SwitchFlag.WakeSeen;
  const moved = cpuFrom === cpu ? 0 : SwitchFlag.Migrated;
  const { depth = 0 } = fields;
  const depthSeen = fields.depth === undefined ? 0 : SwitchFlag.DepthSeen;
  const flags = (fields.flags ?? 0) | voluntary | moved | depthSeen;
  const wait = to - (woken ?? from);
  return frame(RecordKind.Switch, fields, [
    next,
    previous,
    waker,
    low(wait),
    (high(wait) & 0xff) | (depth << 8) | (cpuFrom << 16),
    userStack === undefined ? NO_STACKS : (userStack | 0xffff_0000) >>> 0,
    (flags | ((syscall + 1) << 16)) >>> 0,
    low(argument),
    ((high(argument) & 0xff_ffff) | (futexOperation << 24)) >>> 0,
  ]);
}

/** Another task's run on a CPU where the thread waits. */
export function ran(
  tid: number,
  from: number,
  to: number,
  cpu = 0,
  { userStack = NO_STACK, kernelStack = NO_STACK } = {},
): FakeRecord {
  const stacks = ((kernelStack << 16) | userStack) >>> 0;
  return frame(RecordKind.Ran, { from, to, tid, cpu }, [1, stacks]);
}

export interface InterruptFields extends Times {
  /** The thread only waits for the CPU that is interrupted. */
  readonly waiting?: boolean;
}

function interruptFlags({ waiting = false }: InterruptFields): number {
  return waiting ? InterruptFlag.TargetWaiting : InterruptFlag.InterruptedTarget;
}

/** Net times of interrupts are not read: the receipt works them out. */
const NET = [0, 0] as const;

export function hardIrq(irq: number, fields: InterruptFields): FakeRecord {
  return frame(RecordKind.HardIrq, fields, [irq, ...NET, interruptFlags(fields)]);
}

export function softirq(
  vector: number,
  fields: InterruptFields & { readonly flags?: number; readonly delay?: number },
): FakeRecord {
  const flags = interruptFlags(fields) | (fields.flags ?? 0);
  return frame(RecordKind.Softirq, fields, [vector, ...NET, flags, fields.delay ?? 0, 0, 0]);
}

export interface VectorFields extends InterruptFields {
  readonly type?: number;
  readonly flags?: number;
  readonly sender?: number;
  readonly senderCpu?: number;
  readonly callSite?: number;
}

export function vector(fields: VectorFields): FakeRecord {
  const { type = VectorType.LocalTimer, sender = 0, senderCpu = 0, callSite = 0 } = fields;
  const flags = interruptFlags(fields) | (fields.flags ?? 0);
  const words = [type, ...NET, flags, sender, senderCpu, low(callSite), high(callSite)];
  return frame(RecordKind.Vector, fields, words);
}

export function nmi(fields: InterruptFields, handler = 0x1000): FakeRecord {
  return frame(RecordKind.Nmi, fields, [0, ...NET, interruptFlags(fields), handler, 0]);
}

export function fault(
  fields: Times & {
    readonly type?: number;
    readonly address?: number;
    readonly hugePages?: number;
  },
): FakeRecord {
  const { type = FaultType.Minor, address = 0x7000, hugePages = 0 } = fields;
  return frame(RecordKind.Fault, fields, [
    type | (hugePages << 8),
    ...NET,
    low(address),
    high(address),
    0,
    0,
    0,
  ]);
}

/** A system call; `net` is the time that the kernel accounts to it, by default all of it. */
export function syscall(number: number, fields: Times & { readonly net?: number }): FakeRecord {
  const net = fields.net ?? fields.to - fields.from;
  return frame(RecordKind.Syscall, fields, [number, low(net), high(net), 0, 0, 0, 0]);
}

export interface ThrottleFields extends Times {
  readonly type?: number;
  readonly cgroup?: number;
  readonly quotaNs?: number;
  readonly periodNs?: number;
}

/** The part of a time off the CPU in which a limit kept the thread from running. */
export function throttle(fields: ThrottleFields): FakeRecord {
  const { type = ThrottleType.Quota, cgroup = 0, quotaNs = 0, periodNs = 0 } = fields;
  const words = [cgroup, quotaNs, periodNs].flatMap((value) => [low(value), high(value)]);
  return frame(RecordKind.Throttle, fields, [type, ...words]);
}

export interface MemoryWorkFields extends Times {
  readonly type?: number;
  readonly reason?: number;
  readonly pages?: number;
  readonly order?: number;
}

/** Memory that the thread frees, compacts or moves. */
export function memoryWork(fields: MemoryWorkFields): FakeRecord {
  const { type = MemoryWorkType.Reclaim, reason = 1, pages = 32, order = 0 } = fields;
  const words = [type | (reason << 8), ...NET, low(pages), high(pages), order >>> 0];
  return frame(RecordKind.MemoryWork, fields, words);
}

/** The hypervisor took the CPU, at some time in the window that ends with it. */
export function steal(fields: Times & { readonly window: number }): FakeRecord {
  return frame(RecordKind.Steal, fields, [low(fields.window), high(fields.window)]);
}

/** A CPU's way out of an idle state; `before` is how long it had been in it. */
export function idleExit(
  fields: Times & { readonly state: number; readonly before?: number },
): FakeRecord {
  const { state, before = 0 } = fields;
  return frame(RecordKind.Idle, { ...fields, tid: 0 }, [state, low(before), high(before)]);
}

/** A timer that ended a sleep late; `state` is the idle state that the CPU was in until then. */
export function lateTimer(
  fields: Times & {
    readonly slack?: number;
    readonly state?: number;
    readonly stolen?: number;
    readonly idle?: number;
  },
): FakeRecord {
  const { slack = 0, state = -1, stolen = 0, idle = 0 } = fields;
  const words = [slack, 0, state + 1, stolen, 0, idle, 0];
  return frame(RecordKind.LateTimer, fields, words);
}

export interface KernelLockFields extends Times {
  readonly flags?: number;
  readonly address?: number;
  readonly owner?: number;
}

/** A wait for a lock of the kernel, with the sleep in it. */
export function kernelLock(fields: KernelLockFields): FakeRecord {
  const { flags = LockFlag.Mutex, address = 0x1234_5678_9abc, owner = 0 } = fields;
  const words = [flags, ...NET, low(address), (high(address) | 0xffff_0000) >>> 0, owner];
  return frame(RecordKind.Lock, fields, words);
}

export function move(at: number, from: number, to: number, mover: number): FakeRecord {
  return frame(RecordKind.Migrate, { from: at, to: at }, [from, to, mover]);
}

export function signal(number: number, at: number, sender: number, tid = TID): FakeRecord {
  return frame(RecordKind.Signal, { from: at, to: at, tid }, [number, sender, 0]);
}

export function threadStart(tid: number, at: number, pid = PID): FakeRecord {
  return frame(RecordKind.ThreadStart, { from: at, to: at, tid }, [TID, pid]);
}

export function threadExit(tid: number, at: number, pid = PID): FakeRecord {
  return frame(RecordKind.ThreadExit, { from: at, to: at, tid }, [pid, 0, 0, 0, 0, 0]);
}

/** A collection of the thread's runtime, or a step of one. */
export function pause(fields: Times & { readonly type?: number; readonly reason?: number }) {
  const { type = PauseType.Scavenge, reason = 1 } = fields;
  return frame(RecordKind.Pause, fields, [type, reason]);
}
