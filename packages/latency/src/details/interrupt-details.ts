import {
  RecordKind,
  SoftirqFlag,
  VectorFlag,
  VectorType,
  cpuAt,
  hardIrqNumber,
  kindAt,
  nmiHandler,
  softirqDelayNs,
  softirqFlags,
  softirqVector,
  vectorCallSite,
  vectorFlags,
  vectorSenderCpu,
  vectorSenderTid,
  vectorType,
} from '@hftmon/core';
import { SOFTIRQ_NAMES } from '@hftmon/perf-native';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import type {
  HardIrqDetails,
  IpiDetails,
  NmiDetails,
  SoftirqDetails,
  TimerTickDetails,
} from '../types/details/interrupt.js';
import { longestOf, sharesBy } from './shares.js';

const VECTOR_NAMES: ReadonlyMap<number, string> = new Map([
  [VectorType.Thermal, 'thermal'],
  [VectorType.Platform, 'platform'],
  [VectorType.Error, 'error'],
  [VectorType.Spurious, 'spurious'],
]);

const IPI_TYPES: ReadonlyMap<number, IpiDetails['types'][number]['type']> = new Map([
  [VectorType.Reschedule, 'reschedule'],
  [VectorType.CallFunction, 'call_function'],
  [VectorType.CallFunctionSingle, 'call_function_single'],
  [VectorType.IrqWork, 'irq_work'],
]);

export function hardIrqDetails(slices: readonly Slice[], { lookups }: Scene): HardIrqDetails {
  // Vectors of the CPU itself have no interrupt number: they are told apart by negative keys.
  const shares = sharesBy(slices, ({ log, base }) =>
    kindAt(log.u32, base) === RecordKind.HardIrq
      ? hardIrqNumber(log.u32, base)
      : -vectorType(log.u32, base),
  );
  return {
    irqs: shares.map(({ key, ns, count }) => {
      const name = key < 0 ? VECTOR_NAMES.get(-key) : lookups.irqs.of(key);
      return {
        ...(key < 0 ? {} : { irq: key }),
        ...(name === undefined ? {} : { name }),
        ns,
        count,
      };
    }),
  };
}

export function softirqDetails(slices: readonly Slice[]): SoftirqDetails {
  const shares = sharesBy(slices, ({ log, base }) => softirqVector(log.u32, base));
  return {
    vectors: shares.map(({ key: vector, ns, count, slices: runs }) => ({
      vector,
      name: SOFTIRQ_NAMES[vector] ?? String(vector),
      ns,
      count,
      inKsoftirqd: runs.filter((run) => hasFlag(run, SoftirqFlag.InKsoftirqd)).length,
      ...longestDelay(runs),
    })),
  };
}

function hasFlag({ log, base }: Slice, flag: number): boolean {
  return (softirqFlags(log.u32, base) & flag) !== 0;
}

function longestDelay(runs: readonly Slice[]): { delayNs?: number } {
  const delays = runs
    .filter((run) => hasFlag(run, SoftirqFlag.RaiseSeen))
    .map(({ log, base }) => softirqDelayNs(log.u32, base));
  return delays.length === 0 ? {} : { delayNs: Math.max(...delays) };
}

export function timerTickDetails(slices: readonly Slice[], { lookups }: Scene): TimerTickDetails {
  const { log, base } = longestOf(slices);
  const cpu = cpuAt(log.u32, base);
  const keptOn = lookups.ticks.keptOn(cpu);
  return {
    count: slices.length,
    cpu,
    nohzFull: lookups.ticks.isNohzFull(cpu),
    ...(keptOn === undefined ? {} : { keptOn }),
  };
}

export function ipiDetails(slices: readonly Slice[], scene: Scene): IpiDetails {
  const types = sharesBy(slices, ({ log, base }) => vectorType(log.u32, base));
  const hasBit = ({ log, base }: Slice, bit: number): boolean =>
    (vectorFlags(log.u32, base) & bit) !== 0;
  const sent = slices.filter((slice) => hasBit(slice, VectorFlag.SenderSeen));
  return {
    types: types.map(({ key, ns, count }) => ({ type: IPI_TYPES.get(key)!, ns, count })),
    tlbFlushes: slices.filter((slice) => hasBit(slice, VectorFlag.TlbFlush)).length,
    senders: sharesBy(sent, senderKey).map(({ ns, count, longest }) => {
      const { log, base, startNs } = longest;
      const sender = {
        ...scene.lookups.tasks.ref(vectorSenderTid(log.u32, base), startNs),
        cpu: vectorSenderCpu(log.u32, base),
        ns,
        count,
      };
      const callSite = vectorCallSite(log.u32, base);
      return callSite === 0n
        ? sender
        : withSymbol({ ...sender, callSite: hex(callSite) }, 'callSiteName', scene, callSite);
    }),
  };
}

/** Sender and call site, as one number would not hold them. */
function senderKey({ log, base }: Slice): string {
  const { u32 } = log;
  return `${vectorSenderTid(u32, base)} ${vectorSenderCpu(u32, base)} ${vectorCallSite(u32, base)}`;
}

export function nmiDetails(slices: readonly Slice[], scene: Scene): NmiDetails {
  const shares = sharesBy(slices, ({ log, base }) => nmiHandler(log.u32, base));
  return {
    handlers: shares.map(({ key, ns, count }) =>
      withSymbol({ address: hex(key), ns, count }, 'name', scene, key),
    ),
  };
}

/**
 * Adds the symbol of an address as a property that is looked up when it is first read: the kernel
 * has so many symbols that reading them takes longer than a spike's record may.
 */
function withSymbol<T extends object>(
  target: T,
  name: string,
  { lookups }: Scene,
  address: bigint,
): T {
  let symbol: string | undefined;
  let known = false;
  return Object.defineProperty(target, name, {
    enumerable: true,
    get() {
      if (!known) symbol = lookups.kernelSymbol(address);
      known = true;
      return symbol;
    },
  });
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}
