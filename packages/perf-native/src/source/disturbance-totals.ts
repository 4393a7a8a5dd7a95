import {
  TICK_DEPENDENCIES,
  type DelayTotals,
  type DeviceWorkTotals,
  type SoftirqDeferral,
  type TickDependency,
  type TickTotals,
  type TlbSendTotals,
  type WorkTotals,
} from '@hftmon/core';
import {
  DELAY,
  DEVICE_WORK,
  KSOFTIRQD,
  SOURCE,
  SOURCES,
  SOURCE_COUNTS,
  TICK,
  TLB_SENDS,
} from '../layout.js';
import { readU64At } from './shared-memory.js';

/** Of every vector that ran on a CPU. */
export function readDeferrals(view: Uint32Array, cpus: number): SoftirqDeferral[] {
  return perCpu(cpus, (cpu, base) =>
    Array.from({ length: SOURCE_COUNTS.softirq }, (_, number): SoftirqDeferral => {
      const inThread = base + SOURCES.ksoftirqd + number * KSOFTIRQD.bytes;
      return {
        cpu,
        number,
        delay: readDelay(view, base + SOURCES.softirqDelay + number * DELAY.bytes),
        ksoftirqdCount: readU64At(view, inThread + KSOFTIRQD.count),
        ksoftirqdNs: readU64At(view, inThread + KSOFTIRQD.ns),
      };
    }).filter(({ delay, ksoftirqdCount }) => delay.count > 0 || ksoftirqdCount > 0),
  );
}

/** Of every CPU. */
export function readWork(view: Uint32Array, cpus: number): WorkTotals[] {
  return perCpu(cpus, (cpu, base) => {
    const at = base + SOURCES.work;
    return [
      {
        cpu,
        count: readU64At(view, at + SOURCE.count),
        ns: readU64At(view, at + SOURCE.ns),
        maxNs: readU64At(view, at + SOURCE.maxNs),
        targetCount: readU64At(view, at + SOURCE.targetCount),
        targetNs: readU64At(view, at + SOURCE.targetNs),
        delay: readDelay(view, base + SOURCES.workDelay),
      },
    ];
  });
}

/** Of every CPU and interrupt that brought something: few of the many that there may be. */
export function readDeviceWork(view: Uint32Array, cpus: number): DeviceWorkTotals[] {
  return perCpu(cpus, (cpu, base) => {
    const found: DeviceWorkTotals[] = [];
    for (let number = 0; number < SOURCE_COUNTS.irq; number++) {
      const at = base + SOURCES.device + number * DEVICE_WORK.bytes;
      const polls = readU64At(view, at + DEVICE_WORK.polls);
      const requests = readU64At(view, at + DEVICE_WORK.requests);
      if (polls === 0 && requests === 0) continue;
      const packets = readU64At(view, at + DEVICE_WORK.packets);
      const irq = number === 0 ? undefined : number;
      found.push({ cpu, irq, polls, packets, requests });
    }
    return found;
  });
}

/** Of every CPU. */
export function readTicks(view: Uint32Array, cpus: number): TickTotals[] {
  return perCpu(cpus, (cpu, base) => {
    const at = base + SOURCES.tick;
    const kept = TICK_DEPENDENCIES.map((name, i) => [
      name,
      readU64At(view, at + TICK.kept + i * 8),
    ]);
    return [
      {
        cpu,
        stopped: readU64At(view, at + TICK.stopped),
        kept: Object.fromEntries(kept) as Record<TickDependency, number>,
      },
    ];
  });
}

/** Of every CPU. */
export function readTlbSends(view: Uint32Array, cpus: number): TlbSendTotals[] {
  return perCpu(cpus, (cpu, base) => {
    const at = base + SOURCES.tlbSends;
    return [
      {
        cpu,
        count: readU64At(view, at + TLB_SENDS.count),
        all: readU64At(view, at + TLB_SENDS.all),
        pages: readU64At(view, at + TLB_SENDS.pages),
      },
    ];
  });
}

function perCpu<Totals>(cpus: number, read: (cpu: number, base: number) => Totals[]): Totals[] {
  return Array.from({ length: cpus }, (_, cpu) => read(cpu, cpu * SOURCES.bytes)).flat();
}

function readDelay(view: Uint32Array, at: number): DelayTotals {
  return {
    count: readU64At(view, at + DELAY.count),
    ns: readU64At(view, at + DELAY.ns),
    maxNs: readU64At(view, at + DELAY.maxNs),
  };
}
