import { switchSyscall } from '@hftmon/core';
import { sharesBy, sumNs } from '../details/shares.js';
import { syscallRef } from '../details/syscall-ref.js';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import { writeReceipt } from '../receipt/write-receipt.js';
import type { ReceiptPart } from '../types/spike.js';
import type { SpanPart, SpanReceipt } from '../types/span.js';
import { spanSlices } from './span-slices.js';

type UnexplainedPart = Extract<ReceiptPart, { readonly cause: 'unexplained' }>;

/**
 * Writes the receipt of a span. Time that no stall and no sleep covers is its own work, as long as
 * all that happened to the thread meanwhile was observed; else it is unexplained.
 */
export function writeSpanReceipt(
  scene: Scene,
  startNs: number,
  endNs: number,
  observed: boolean,
): SpanReceipt {
  const { stalls, sleeps } = spanSlices(scene, startNs, endNs);
  // Sleeps go in without a cause, and first: the sweep gives each what nothing within it has, not even
  // a timer that was due before the thread fell asleep.
  const { durationNs, parts, unexplainedNs } = writeReceipt(
    [...sleeps, ...stalls],
    startNs,
    endNs,
    scene,
  );
  const unexplained = parts.find((part): part is UnexplainedPart => part.cause === 'unexplained');
  const betweenNs = unexplained?.details.betweenNs ?? 0;
  const sleepNs = sumNs(sleeps);
  const ownNs = observed ? betweenNs : 0;
  const leftNs = unexplainedNs - sleepNs - ownNs;
  const all: SpanPart[] = parts.filter((part) => part !== unexplained);
  if (ownNs > 0) {
    all.push({ cause: 'span', causeClass: 'application', ns: ownNs, details: {} });
  }
  if (sleepNs > 0) all.push(sleepPart(sleeps, sleepNs));
  if (leftNs > 0) {
    const details = { ...unexplained!.details, betweenNs: betweenNs - ownNs };
    all.push({ ...unexplained!, ns: leftNs, details });
  }
  all.sort((a, b) => b.ns - a.ns);
  return { durationNs, parts: all, unexplainedNs: leftNs };
}

function sleepPart(sleeps: readonly Slice[], ns: number): SpanPart {
  const present = sleeps.filter((slice) => slice.netNs > 0);
  const told = present.filter(({ log, base }) => switchSyscall(log.u32, base) >= 0);
  const calls = sharesBy(told, ({ log, base }) => switchSyscall(log.u32, base));
  return {
    cause: 'sleep',
    causeClass: 'application',
    ns,
    details: {
      count: present.length,
      longestNs: present.reduce((most, { netNs }) => Math.max(most, netNs), 0),
      calls: calls.map((call) => ({ ...syscallRef(call.key), ns: call.ns, count: call.count })),
    },
  };
}
