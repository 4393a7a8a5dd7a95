import {
  InterruptFlag,
  NO_STACK,
  PAYLOAD_WORD,
  RECORD_WORDS,
  RecordKind,
  SwitchFlag,
  VectorType,
  createBatch,
  writeHeader,
  type RecordBatch,
} from '@hftmon/core';

/** V8 has compiled all of it, and finds no reason to do so again, after so many spikes. */
const COLLECTORS = 8;
const ROUNDS = 400;
const EVERY_NS = 1e9;
/** Receipts look up what threads are called: one that exists is found soonest. */
const TID = process.pid;
/** Above every thread's number. */
const OTHER_TID = 2 ** 22 + 1;
const CULPRIT = OTHER_TID + 1;
const SYSCALL = 39;
/** Softirq vector that the receipts name without a look-up. */
const NET_RX = 3;

/** What takes records: a collector whose verdicts nobody hears. */
interface Rehearsed {
  onRecords(batch: RecordBatch): void;
  sample(nowNs: number): unknown;
}

/** A made-up record; ns since its scene began. */
interface Prop {
  readonly kind: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly words: readonly number[];
}

/**
 * Has made-up spikes go all the way from record to receipt, in collectors of their own. Spikes are
 * rare: without it the first thousands would be found by interpreted code, which takes ten times
 * as long. Code that V8 has compiled is thrown away when it meets what it has not met before, so
 * the scenes differ as those of real threads do, and there are several collectors: to the objects
 * of one V8 would bind the code, and full ones are not like new ones.
 */
export function rehearse(make: () => Rehearsed, thresholdNs: number): void {
  const scenes = makeScenes(2 * thresholdNs);
  const batch = createBatch(Math.max(...scenes.map((scene) => scene.length)));
  for (let i = 0; i < COLLECTORS; i++) play(make(), scenes, batch);
}

function play(
  collector: Rehearsed,
  scenes: readonly (readonly Prop[])[],
  batch: RecordBatch,
): void {
  for (const tid of [TID, OTHER_TID]) {
    write(batch, [prop(RecordKind.ThreadStart, 0, 0, [TID, TID])], 0, tid);
    collector.onRecords(batch);
  }
  for (let round = 1; round <= ROUNDS; round++) {
    const scene = scenes[round % scenes.length]!;
    const tid = round % 16 === 0 ? OTHER_TID : TID;
    // One by one, as a delivery that never sleeps brings them, and together.
    const atOnce = round % 3 === 0 ? scene.length : 1;
    for (let i = 0; i < scene.length; i += atOnce) {
      write(batch, scene.slice(i, i + atOnce), round * EVERY_NS, tid);
      collector.onRecords(batch);
    }
    if (round % 16 === 0) collector.sample((round + 0.5) * EVERY_NS + 0.5);
  }
}

function write(batch: RecordBatch, props: readonly Prop[], startNs: number, tid: number): void {
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
function makeScenes(ns: number): readonly (readonly Prop[])[] {
  const later = ns + 1e6;
  return [
    [ran(0, ns), offCpu(0, ns)],
    [tick(0, 2000), softirq(2000, 4000), ran(4000, ns), offCpu(4000, ns)],
    [ran(0, ns), tick(ns / 2, ns / 2 + 2000, InterruptFlag.TargetWaiting), offCpu(0, ns)],
    [tick(0, ns / 4), offCpu(later, later + ns), tick(later + ns, later + ns + 2000)],
    // Woken, it waits for its CPU.
    [ran(0, ns), asleep(0, 2 * ns, ns)],
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
      ran(0, ns),
      offCpu(0, ns),
    ],
    // So many that what is kept of the thread must grow.
    Array.from({ length: 40 }, (_, i) => tick(i * 3000, i * 3000 + 2000)),
  ];
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
