import {
  InterruptFlag,
  NO_STACK,
  PAYLOAD_WORD,
  PauseType,
  RECORD_WORDS,
  RecordKind,
  SwitchFlag,
  VectorType,
  writeHeader,
  type RecordBatch,
} from '@hftmon/core';

/** Receipts look up what threads are called: one that exists is found soonest. */
export const TID = process.pid;
/** Above every thread's number. */
export const OTHER_TID = 2 ** 22 + 1;
const CULPRIT = OTHER_TID + 1;
const SYSCALL = 39;
/** Softirq vector that the receipts name without a look-up. */
const NET_RX = 3;

/** A made-up record; ns since its scene began. */
export interface Prop {
  readonly kind: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly words: readonly number[];
}

/** Writes a scene into a batch. @param startNs - when it begins @param tid - whom it happens to */
export function writeScene(
  batch: RecordBatch,
  props: readonly Prop[],
  startNs: number,
  tid: number,
): void {
  const { u32, f64 } = batch;
  props.forEach(({ kind, fromNs, toNs, words }, i) => {
    const base = i * RECORD_WORDS;
    const task = kind === RecordKind.Ran ? CULPRIT : tid;
    writeHeader(u32, f64, base, kind, 0, task, startNs + fromNs, toNs - fromNs);
    u32.fill(0, base + PAYLOAD_WORD, base + RECORD_WORDS);
    u32.set(words, base + PAYLOAD_WORD);
  });
  batch.firstSequence = (batch.firstSequence + batch.count) >>> 0;
  batch.count = props.length;
}

/** What happens to threads. @param ns - long enough for a spike */
export function makeScenes(ns: number): readonly (readonly Prop[])[] {
  const later = ns + 1e6;
  return [
    preemption(ns),
    [tick(0, 2000), softirq(2000, 4000), ran(4000, ns), offCpu(4000, ns)],
    [ran(0, ns), tick(ns / 2, ns / 2 + 2000, InterruptFlag.TargetWaiting), offCpu(0, ns)],
    [tick(0, ns / 4), offCpu(later, later + ns), tick(later + ns, later + ns + 2000)],
    // Woken, it waits for its CPU.
    [ran(0, ns), asleep(0, 2 * ns, ns)],
    [lateTimer(ns / 2, ns), asleep(0, 2 * ns, ns)],
    [asleep(0, ns, 0), fault(ns, ns + ns)],
    [tick(0, 1500), softirq(1500, 2000)],
    // The system call around two stalls takes the place of the spike in it.
    [ran(ns, 2 * ns), offCpu(ns, 2 * ns), asleep(3 * ns, 4 * ns, ns / 4), syscall(0, 5 * ns)],
    [
      prop(RecordKind.Task, 0, 0, [TID]),
      prop(RecordKind.Migrate, 0, 0, [0, 1, CULPRIT]),
      prop(RecordKind.Steal, 0, 1000, [1000]),
      prop(RecordKind.Lock, 1000, 2000),
      prop(RecordKind.MemoryWork, 2000, 3000),
      prop(RecordKind.Throttle, 3000, 4000),
      prop(RecordKind.Pause, 4000, 5000, [PauseType.Scavenge]),
      ran(0, ns),
      offCpu(0, ns),
    ],
    // So many that what is kept of the thread must grow.
    Array.from({ length: 40 }, (_, i) => tick(i * 3000, i * 3000 + 2000)),
  ];
}

/** The plainest of spikes: another thread has the CPU. @param ns - how long */
export function preemption(ns: number): readonly Prop[] {
  return [ran(0, ns), offCpu(0, ns)];
}

/** Lets a collector know of a thread to which things will happen. */
export function threadStart(): Prop {
  return prop(RecordKind.ThreadStart, 0, 0, [TID, TID]);
}

function prop(kind: number, fromNs: number, toNs: number, words: readonly number[] = []): Prop {
  return { kind, fromNs, toNs, words };
}

const NO_STACKS = (NO_STACK | (NO_STACK << 16)) >>> 0;

function ran(fromNs: number, toNs: number): Prop {
  return prop(RecordKind.Ran, fromNs, toNs, [1, NO_STACKS]);
}

/** Preempted. */
function offCpu(fromNs: number, toNs: number): Prop {
  return prop(RecordKind.Switch, fromNs, toNs, [
    CULPRIT,
    CULPRIT,
    0,
    toNs - fromNs,
    0,
    NO_STACKS,
    SwitchFlag.DepthSeen,
  ]);
}

/** Asleep, then runnable for `waitNs`. */
function asleep(fromNs: number, toNs: number, waitNs: number): Prop {
  const flags = SwitchFlag.Voluntary | SwitchFlag.WakeSeen;
  const words = [CULPRIT, CULPRIT, CULPRIT, waitNs, 0, NO_STACKS, flags];
  return prop(RecordKind.Switch, fromNs, toNs, words);
}

/** Due to be woken, out of an idle state of the CPU. */
function lateTimer(fromNs: number, toNs: number): Prop {
  return prop(RecordKind.LateTimer, fromNs, toNs, [0, 0, 1]);
}

function tick(fromNs: number, toNs: number, flags: number = InterruptFlag.InterruptedTarget): Prop {
  return prop(RecordKind.Vector, fromNs, toNs, [VectorType.LocalTimer, 0, 0, flags]);
}

function softirq(fromNs: number, toNs: number): Prop {
  const words = [NET_RX, 0, 0, InterruptFlag.InterruptedTarget];
  return prop(RecordKind.Softirq, fromNs, toNs, words);
}

function fault(fromNs: number, toNs: number): Prop {
  return prop(RecordKind.Fault, fromNs, toNs);
}

function syscall(fromNs: number, toNs: number): Prop {
  return prop(RecordKind.Syscall, fromNs, toNs, [SYSCALL, toNs - fromNs]);
}
