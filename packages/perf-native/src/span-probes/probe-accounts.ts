import type { SpanProbeCounts } from '@hftmon/core';
import {
  OPEN_CALL,
  OPEN_PAIR,
  OPEN_SPANS,
  PROBE_COUNTS,
  SPAN_PROBE_LIMITS,
  THREAD,
  THREAD_STATE,
} from '../layout.js';
import { readU64At } from '../source/shared-memory.js';

/** Memory that the accounts are in. */
export interface AccountsMemory {
  readonly threads: Uint32Array;
  readonly openSpans: Uint32Array;
  readonly probeCounts: Uint32Array;
}

/** Accounts of a probe, in place. */
export function readProbeCounts(memory: AccountsMemory, index: number): SpanProbeCounts {
  const at = (field: number): number =>
    readU64At(memory.probeCounts, index * PROBE_COUNTS.bytes + field);
  // Ends before begins: those that happen meanwhile make the account no smaller than it is.
  const spans = at(PROBE_COUNTS.ended);
  const unmatchedEnds = at(PROBE_COUNTS.unmatchedEnds);
  const open = countOpen(memory, index);
  const tooDeep = at(PROBE_COUNTS.tooDeep);
  const begun = at(PROBE_COUNTS.begun);
  const abandoned = Math.max(0, begun - spans - open - tooDeep);
  return { begun, spans, open, abandoned, unmatchedEnds, tooDeep };
}

/** Spans of the probe that live threads have open. */
function countOpen({ threads, openSpans }: AccountsMemory, index: number): number {
  let open = 0;
  for (let slot = 1; slot < Math.floor((openSpans.length * 4) / OPEN_SPANS.bytes); slot++) {
    const thread = slot * THREAD.bytes;
    if (threads[(thread + THREAD.tid) / 4] === 0) continue;
    if (threads[(thread + THREAD.state) / 4] === THREAD_STATE.exited) continue;
    const spans = slot * OPEN_SPANS.bytes;
    const own = readU64At(openSpans, spans + OPEN_SPANS.attachedNs);
    if (own !== readU64At(threads, thread + THREAD.attachedNs)) continue;
    open += countInSlot(openSpans, spans, index);
  }
  return open;
}

function countInSlot(openSpans: Uint32Array, spans: number, index: number): number {
  const calls = openSpans[(spans + OPEN_SPANS.calls) / 4]!;
  let open = 0;
  for (let i = 0; i < calls; i++) {
    const at = spans + OPEN_SPANS.call + i * OPEN_CALL.bytes + OPEN_CALL.probe;
    if (openSpans[at / 4] === index) open++;
  }
  for (let i = 0; i < SPAN_PROBE_LIMITS.pairs; i++) {
    const at = spans + OPEN_SPANS.pair + i * OPEN_PAIR.bytes + OPEN_PAIR.probe;
    if (openSpans[at / 4] === index + 1) open++;
  }
  return open;
}
