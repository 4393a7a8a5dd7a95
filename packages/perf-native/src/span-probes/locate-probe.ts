import { closeSync } from 'node:fs';
import type { SpanProbe } from '@hftmon/core';
import { FileSource } from '../symbols/byte-source.js';
import { ElfFormatError } from '../symbols/elf-headers.js';
import { openMappedFile } from '../symbols/mapped-file.js';
import type { Mapping } from '../symbols/maps.js';
import { functionPlaces, isFunctionProbe, staticPlaces, type ProbePlace } from './find-places.js';
import { isBinary, mappedBinaries } from './mapped-binaries.js';
import { notFound } from './place-error.js';
import { readProbedElf } from './probed-elf.js';
import { refuseUnsafeReturns } from './unsafe-returns.js';

/** A probe's places in a file that a process maps. */
export interface LocatedProbe {
  /** As the process names it. */
  readonly binary: string;
  /** The open file; whoever has it closes it. */
  readonly fd: number;
  /** What tells the file from every other. */
  readonly identity: string;
  readonly places: readonly ProbePlace[];
}

/**
 * Finds where a probe goes in a process. `undefined`: no program or library of the process is the
 * one that it is for, so far.
 * @throws ConfigurationError `HFTMON_E_SPAN_PROBE_PLACE`
 * @throws HardwareNotSupportedError `HFTMON_E_SPAN_PROBE_REFUSED`
 */
export function locateProbe(
  probe: SpanProbe,
  pid: number,
  procRoot: string,
): LocatedProbe | undefined {
  const { binary } = probe;
  const fitting = mappedBinaries(pid, procRoot).filter(
    (mapping) => binary === undefined || isBinary(binary, mapping),
  );
  const paths = fitting.map(({ path }) => path);
  if (binary !== undefined && fitting.length > 1) throw severalBinaries(probe.name, binary, paths);
  for (const mapping of fitting) {
    const located = locateIn(mapping, probe, pid, procRoot);
    if (located !== undefined) return located;
  }
  return undefined;
}

function locateIn(
  mapping: Mapping,
  probe: SpanProbe,
  pid: number,
  procRoot: string,
): LocatedProbe | undefined {
  const file = openMappedFile(procRoot, pid, mapping);
  // A process that is about to end, or files that only root may open by their mapping.
  if (file === undefined) return undefined;
  let places: readonly ProbePlace[] | undefined;
  try {
    const elf = readProbedElf(new FileSource(file.fd));
    if (isFunctionProbe(probe)) {
      const found = functionPlaces(elf, probe, mapping.path);
      if (probe.until === undefined) refuseUnsafeReturns(probe, elf, pid, procRoot);
      places = found;
    } else {
      places = staticPlaces(elf, probe, mapping.path);
    }
  } catch (error) {
    // What else a process maps to run it is nothing to complain about.
    if (!(error instanceof ElfFormatError)) throw error;
    if (probe.binary !== undefined) throw unreadable(probe.name, mapping.path, error);
  } finally {
    if (places === undefined) closeSync(file.fd);
  }
  return places === undefined ? undefined : { binary: mapping.path, ...file, places };
}

function severalBinaries(name: string, binary: string, paths: readonly string[]) {
  return notFound(
    { span: name, place: binary },
    `the process maps several: ${paths.join(', ')}`,
    'give the absolute path of one of them',
  );
}

function unreadable(name: string, path: string, { message }: Error) {
  return notFound({ span: name, place: path }, message, 'name a 64-bit program or library');
}
