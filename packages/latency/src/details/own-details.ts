import {
  FaultType,
  RecordKind,
  faultAddressExact,
  faultType,
  kindAt,
  lateTimerIdleNs,
  stealWindowNs,
  syscallNumber,
} from '@hftmon/core';
import type { Scene } from '../receipt/scene.js';
import type { Slice } from '../receipt/slice.js';
import type { SyscallDetails } from '../types/details/application.js';
import type { StealDetails } from '../types/details/hardware.js';
import type { PageFaultDetails } from '../types/details/memory.js';
import { sharesBy, sumNs, type Share } from './shares.js';
import { syscallRef } from './syscall-ref.js';

/** Faults that are listed one by one. */
const LISTED = 8;

export function pageFaultDetails(slices: readonly Slice[], scene: Scene): PageFaultDetails {
  const faults = sharesBy(slices, (slice) => slice.base);
  const ofType = (type: number): number =>
    faults.filter(({ key }) => faultType(scene.log.u32, key) === type).length;
  return {
    minor: ofType(FaultType.Minor),
    major: ofType(FaultType.Major),
    blockedNs: sumNs(slices.filter((slice) => slice.blocked === true)),
    faults: longestFaults(slices, scene),
  };
}

/** The page faults that took longest. */
export function longestFaults(slices: readonly Slice[], scene: Scene): PageFaultDetails['faults'] {
  const faults = sharesBy(slices, (slice) => slice.base);
  return faults.slice(0, LISTED).map((fault) => describeFault(fault, scene));
}

function describeFault(
  { key: base, ns }: Share<number>,
  { log, lookups, pid }: Scene,
): PageFaultDetails['faults'][number] {
  const type = faultType(log.u32, base);
  const address = faultAddressExact(log.u32, base);
  const mapping = lookups.mappings.at(pid, address);
  return {
    address: `0x${address.toString(16)}`,
    type: type === FaultType.Major ? 'major' : type === FaultType.Minor ? 'minor' : 'unknown',
    ns,
    ...(mapping === undefined ? {} : { mapping }),
  };
}

export function stealDetails(slices: readonly Slice[]): StealDetails {
  return {
    count: new Set(slices.map(({ base }) => base)).size,
    windowNs: Math.max(...slices.map(windowNs)),
  };
}

/** From an idle CPU it was taken since that went idle. */
function windowNs({ log, base }: Slice): number {
  const ofTimer = kindAt(log.u32, base) === RecordKind.LateTimer;
  return ofTimer ? lateTimerIdleNs(log.u32, base) : stealWindowNs(log.u32, base);
}

export function syscallDetails(slices: readonly Slice[]): SyscallDetails {
  const calls = sharesBy(slices, ({ log, base }) => syscallNumber(log.u32, base));
  return {
    calls: calls.map(({ key, ns, slices: pieces }) => {
      // A call that slept is in pieces.
      const count = new Set(pieces.map((piece) => piece.base)).size;
      return { ...syscallRef(key), ns, count };
    }),
  };
}
