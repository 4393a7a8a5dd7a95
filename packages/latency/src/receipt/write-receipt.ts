import { syscallNetNs } from '@hftmon/core';
import { ioWaitDetails, stoppedDetails } from '../details/blocked-details.js';
import { gcPauseDetails } from '../details/gc-pause-details.js';
import {
  hardIrqDetails,
  ipiDetails,
  nmiDetails,
  softirqDetails,
  timerTickDetails,
} from '../details/interrupt-details.js';
import { cStateDetails } from '../details/idle-details.js';
import { lockWaitDetails } from '../details/lock-details.js';
import {
  compactionDetails,
  numaMigrationDetails,
  reclaimDetails,
  thpDetails,
} from '../details/memory-details.js';
import { lateWakeupDetails } from '../details/late-wakeup-details.js';
import {
  migrationDetails,
  preemptionDetails,
  runQueueWaitDetails,
} from '../details/off-cpu-details.js';
import { pageFaultDetails, stealDetails, syscallDetails } from '../details/own-details.js';
import { sharesBy, sumNs } from '../details/shares.js';
import { throttledDetails } from '../details/throttle-details.js';
import { unexplainedDetails, type Remainder } from '../details/unexplained-details.js';
import { CAUSE_CLASS } from '../types/cause.js';
import type { DetailsByCause, ObservedCause } from '../types/details.js';
import type { Receipt, ReceiptPart } from '../types/spike.js';
import type { Scene } from './scene.js';
import type { Slice } from './slice.js';
import { sweep } from './sweep.js';
import { sortFew } from './sort-few.js';

type ExplainedCause = Exclude<ObservedCause, 'unexplained'>;

/** Says what the evidence of a cause is. */
const DETAILS: {
  readonly [C in ExplainedCause]: (slices: readonly Slice[], scene: Scene) => DetailsByCause[C];
} = {
  preemption: preemptionDetails,
  run_queue_wait: runQueueWaitDetails,
  migration: migrationDetails,
  throttled: throttledDetails,
  stopped: stoppedDetails,
  lock_wait: lockWaitDetails,
  io_wait: ioWaitDetails,
  late_wakeup: lateWakeupDetails,
  hard_irq: hardIrqDetails,
  softirq: softirqDetails,
  timer_tick: timerTickDetails,
  ipi: ipiDetails,
  nmi: nmiDetails,
  page_fault: pageFaultDetails,
  reclaim: reclaimDetails,
  compaction: compactionDetails,
  numa_migration: numaMigrationDetails,
  thp: thpDetails,
  steal: stealDetails,
  c_state: cStateDetails,
  syscall: syscallDetails,
  gc_pause: gcPauseDetails,
};

/**
 * Writes the receipt of the time from `startNs` to `endNs`: each ns goes to one part, so that the
 * parts sum to the whole exactly.
 */
export function writeReceipt(
  slices: readonly Slice[],
  startNs: number,
  endNs: number,
  scene: Scene,
): Receipt {
  const betweenNs = sweep(slices, startNs, endNs);
  const unaccountedNs = capSyscalls(slices);
  const present = slices.filter((slice) => slice.netNs > 0);
  const nothing = present.filter((slice) => slice.cause === 'unexplained');
  const parts = sharesBy(present, (slice) => slice.cause).flatMap(({ key, slices: of }) =>
    key === 'unexplained' ? [] : [part(key, of, scene)],
  );
  const unexplainedNs = sumNs(nothing) + betweenNs + unaccountedNs;
  if (unexplainedNs > 0) {
    parts.push(unexplainedPart(nothing, { betweenNs, unaccountedNs }, unexplainedNs, scene));
  }
  // Of equal parts, the one that explains something goes first.
  sortFew(
    parts,
    (a, b) => b.ns - a.ns || Number(a.cause === 'unexplained') - Number(b.cause === 'unexplained'),
  );
  return { durationNs: endNs - startNs, parts, unexplainedNs };
}

function part(cause: ExplainedCause, slices: readonly Slice[], scene: Scene): ReceiptPart {
  const details = DETAILS[cause](slices, scene);
  return { cause, causeClass: CAUSE_CLASS[cause], ns: sumNs(slices), details } as ReceiptPart;
}

function unexplainedPart(
  slices: readonly Slice[],
  remainder: Remainder,
  ns: number,
  scene: Scene,
): ReceiptPart {
  const details = unexplainedDetails(slices, remainder, scene);
  return { cause: 'unexplained', causeClass: CAUSE_CLASS.unexplained, ns, details };
}

/**
 * The kernel measures how long a system call was on the CPU without what interrupted it. More
 * than that is not the call's. @returns ns taken away from calls
 */
function capSyscalls(slices: readonly Slice[]): number {
  let taken = 0;
  const calls = slices.filter((slice) => slice.cause === 'syscall');
  for (const { key: base, ns, slices: pieces } of sharesBy(calls, (slice) => slice.base)) {
    let excess = ns - syscallNetNs(pieces[0]!.log.u32, base);
    for (const piece of pieces) {
      if (excess <= 0) break;
      const less = Math.min(excess, piece.netNs);
      piece.netNs -= less;
      excess -= less;
      taken += less;
    }
  }
  return taken;
}
