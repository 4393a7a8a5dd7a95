import { SpanSource, type FunctionProbe, type SpanProbe, type StaticProbe } from '@hftmon/core';
import { SPAN_ROLE } from '../native/span-probes-bindings.js';
import { findFunction } from './find-function.js';
import { nearNames } from './near-names.js';
import { notFound } from './place-error.js';
import { offsetOfAddress, type ProbedElf } from './probed-elf.js';
import { readStaticProbes, type StaticProbePlace } from './static-probes.js';

/** Where a file gets a uprobe, and what for. */
export interface ProbePlace {
  /** Of `SPAN_ROLE`. */
  readonly role: number;
  /** In the file. */
  readonly offset: number;
  /** Of the counter that switches a static probe on, in the file; 0 for none. */
  readonly semaphore: number;
}

export function isFunctionProbe(probe: SpanProbe): probe is FunctionProbe {
  return 'function' in probe;
}

/** Of `SpanSource`. */
export function sourceOf(probe: SpanProbe): number {
  return isFunctionProbe(probe) ? SpanSource.Uprobe : SpanSource.Usdt;
}

/**
 * Places of a function, ends first.
 * @throws ConfigurationError `HFTMON_E_SPAN_PROBE_PLACE`
 * @throws HardwareNotSupportedError `HFTMON_E_SPAN_PROBE_REFUSED`
 */
export function functionPlaces(elf: ProbedElf, probe: FunctionProbe, path: string): ProbePlace[] {
  const offsetOf = (name: string): number =>
    findFunction(elf, name, { span: probe.name, place: `the function ${name} of ${path}` });
  const offset = offsetOf(probe.function);
  if (probe.until !== undefined) {
    return [
      { role: SPAN_ROLE.end, offset: offsetOf(probe.until), semaphore: 0 },
      { role: SPAN_ROLE.begin, offset, semaphore: 0 },
    ];
  }
  return [
    { role: SPAN_ROLE.functionReturn, offset, semaphore: 0 },
    { role: SPAN_ROLE.functionEntry, offset, semaphore: 0 },
  ];
}

/**
 * Places of two static probes, ends first. `undefined`: the file has neither.
 * @throws ConfigurationError `HFTMON_E_SPAN_PROBE_PLACE` when it has one without the other
 */
export function staticPlaces(
  elf: ProbedElf,
  probe: StaticProbe,
  path: string,
): ProbePlace[] | undefined {
  const all = readStaticProbes(elf.source, elf.sections);
  const { begin, end } = probe.usdt;
  const begins = all.filter(({ name }) => name === begin);
  const ends = all.filter(({ name }) => name === end);
  const missing = begins.length === 0 ? begin : ends.length === 0 ? end : undefined;
  if (missing === undefined) {
    return [
      ...ends.map((place) => placeOf(elf, place, SPAN_ROLE.end)),
      ...begins.map((place) => placeOf(elf, place, SPAN_ROLE.begin)),
    ];
  }
  if (begins.length === 0 && ends.length === 0 && probe.binary === undefined) return undefined;
  throw unknownProbe(probe.name, missing, path, all);
}

function unknownProbe(
  span: string,
  missing: string,
  path: string,
  all: readonly StaticProbePlace[],
) {
  const near = nearNames(
    missing,
    all.map(({ name }) => name),
  );
  return notFound(
    { span, place: `the static probe ${missing} of ${path}` },
    all.length === 0
      ? 'the file has no static probes'
      : `the file has none of that name${near.length > 0 ? `, but ${near.join(', ')}` : ''}`,
    'choose provider:name of one that `readelf -n` shows',
  );
}

function placeOf(elf: ProbedElf, place: StaticProbePlace, role: number): ProbePlace {
  const offset = offsetOfAddress(elf, place.address, true);
  const semaphore = place.semaphore === 0 ? 0 : offsetOfAddress(elf, place.semaphore, false);
  if (offset !== undefined && semaphore !== undefined) return { role, offset, semaphore };
  throw notFound(
    { span: place.name, place: `the instruction of ${place.name}` },
    'its note names an address outside the file',
    'build the file again, or strip it with a newer tool',
  );
}
