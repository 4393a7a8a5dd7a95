import {
  SoftirqFlag,
  VectorFlag,
  hardIrqNetNs,
  hardIrqNumber,
  nmiHandler,
  nmiNetNs,
  softirqDelayNs,
  softirqFlags,
  softirqNetNs,
  softirqRaiserTid,
  softirqVector,
  taskRef,
  vectorCallSite,
  vectorCoalesced,
  vectorFlags,
  vectorNetNs,
  vectorSenderCpu,
  vectorSenderTid,
  vectorType,
} from '@hftmon/core';
import type { DecodeContext } from './interrupt-info.js';
import { softirqName } from './softirq-name.js';
import { flushOf } from './tlb-senders.js';
import type { InterruptInfo, IpiSender } from './types.js';
import { NMI_NUMBER, TLB_SHOOTDOWN, vectorOf } from './vectors.js';

/** What a kind of interrupt adds to the fields that all have. */
export type KindDetails = Pick<
  InterruptInfo,
  'irqNumber' | 'irqType' | 'netUs' | 'source' | 'coalescedCount'
> &
  Partial<
    Pick<
      InterruptInfo,
      | 'deferredUs'
      | 'inKsoftirqd'
      | 'raisedBy'
      | 'sender'
      | 'flushedPages'
      | 'flushSyscall'
      | 'handler'
    >
  >;

export function hardIrqDetails(
  u32: Uint32Array,
  base: number,
  { names }: DecodeContext,
): KindDetails {
  const irqNumber = hardIrqNumber(u32, base);
  const netUs = hardIrqNetNs(u32, base) / 1e3;
  const source = names.nameOf(irqNumber);
  return { irqNumber, irqType: 'hardware', netUs, source, coalescedCount: 1 };
}

export function softirqDetails(
  u32: Uint32Array,
  base: number,
  endNs: number,
  { source }: DecodeContext,
): KindDetails {
  const irqNumber = softirqVector(u32, base);
  const flags = softirqFlags(u32, base);
  const raise =
    (flags & SoftirqFlag.RaiseSeen) === 0
      ? {}
      : {
          deferredUs: softirqDelayNs(u32, base) / 1e3,
          raisedBy: taskRef(source.tasks, softirqRaiserTid(u32, base), endNs, source.cgroups),
        };
  return {
    irqNumber,
    irqType: 'softirq',
    netUs: softirqNetNs(u32, base) / 1e3,
    source: softirqName(irqNumber),
    coalescedCount: 1,
    inKsoftirqd: (flags & SoftirqFlag.InKsoftirqd) !== 0,
    ...raise,
  };
}

export function vectorDetails(
  u32: Uint32Array,
  base: number,
  endNs: number,
  context: DecodeContext,
): KindDetails {
  const vector = vectorOf(vectorType(u32, base));
  const flags = vectorFlags(u32, base);
  const known = {
    irqNumber: vector.number,
    irqType: vector.type,
    netUs: vectorNetNs(u32, base) / 1e3,
    source: (flags & VectorFlag.TlbFlush) === 0 ? vector.source : TLB_SHOOTDOWN,
  };
  if ((flags & VectorFlag.SenderSeen) === 0) return { ...known, coalescedCount: 1 };
  const sender = senderOf(u32, base, endNs, context);
  const flush = (flags & VectorFlag.TlbFlush) === 0 ? {} : flushOf(u32, base);
  return { ...known, coalescedCount: vectorCoalesced(u32, base), sender, ...flush };
}

export function nmiDetails(u32: Uint32Array, base: number, { source }: DecodeContext): KindDetails {
  const handler = source.stacks.kernelAddress(nmiHandler(u32, base)).symbol;
  return {
    irqNumber: NMI_NUMBER,
    irqType: 'nmi',
    netUs: nmiNetNs(u32, base) / 1e3,
    source: 'nmi',
    coalescedCount: 1,
    ...(handler === undefined ? {} : { handler }),
  };
}

function senderOf(
  u32: Uint32Array,
  base: number,
  endNs: number,
  { source }: DecodeContext,
): IpiSender {
  const callSite = source.stacks.kernelAddress(vectorCallSite(u32, base)).symbol;
  return {
    ...taskRef(source.tasks, vectorSenderTid(u32, base), endNs, source.cgroups),
    cpu: vectorSenderCpu(u32, base),
    ...(callSite === undefined ? {} : { callSite }),
  };
}
