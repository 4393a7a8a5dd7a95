import type { Support } from '@hftmon/core';
import type { HardwareCount, NoiseGap, NoiseReport } from '@hftmon/monitor';
import type { LossEntry } from '../stat/document.js';

/** JSON of a gap. */
export interface GapJson extends Omit<NoiseGap, 'timestamp'> {
  readonly schema: 'hftmon.gap/1';
  readonly type: 'gap';
}

/** JSON of a run, with `null` for what is not counted. In a stream the gaps come before it. */
export interface NoiseJson extends Omit<
  NoiseReport,
  'gaps' | 'losses' | 'slots' | 'hardware' | 'clock'
> {
  readonly schema: 'hftmon.noise/1';
  readonly type: 'noise';
  readonly gaps: Omit<NoiseReport['gaps'], 'list'> & { readonly list?: readonly GapJson[] };
  readonly slots: NoiseReport['slots'] | null;
  readonly hardware: { readonly stealNs: CountJson; readonly smis: CountJson };
  readonly clock: { readonly source: string; readonly counterHz: number | null };
  readonly losses: LossEntry | null;
}

interface CountJson {
  readonly value: number | null;
  readonly support: Support;
}

export function gapJson({ timestamp: _timestamp, ...gap }: NoiseGap): GapJson {
  return { schema: 'hftmon.gap/1', type: 'gap', ...gap };
}

/** @param withGaps - list the longest gaps, too */
export function noiseJson(report: NoiseReport, withGaps: boolean): NoiseJson {
  const { gaps, losses, slots, hardware, clock, ...rest } = report;
  const { list, ...counts } = gaps;
  return {
    schema: 'hftmon.noise/1',
    type: 'noise',
    ...rest,
    gaps: withGaps ? { ...counts, list: list.map(gapJson) } : counts,
    slots: slots ?? null,
    hardware: { stealNs: countJson(hardware.stealNs), smis: countJson(hardware.smis) },
    clock: { source: clock.source, counterHz: clock.counterHz ?? null },
    losses: losses === undefined ? null : lossCounts(losses),
  };
}

function countJson({ value, support }: HardwareCount): CountJson {
  return { value: value ?? null, support };
}

function lossCounts(losses: NonNullable<NoiseReport['losses']>): LossEntry {
  const { seen, emitted, filtered, dropped } = losses;
  return { seen, emitted, filtered, dropped };
}
