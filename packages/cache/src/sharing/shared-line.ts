import type { StackFrame } from '@hftmon/core';
import type { Outcome } from '../confirm/line-confirmer.js';
import type { SampledAccess } from './access-table.js';
import { threadsOf, type SharingVerdict } from './classify.js';
import type { LineFacts } from './line-knowledge.js';
import { paddingAdvice } from './padding-advice.js';
import type { AccessingCode, SharedAccess, SharedLine, SharingThread } from './report.js';
import type { ContestedLine } from './sharing-table.js';
import { samplesOf, timeShare, usesOf, type LineEvidence } from './suspicion.js';

/** All that a line of the report is made of. */
export interface SharedLineParts {
  readonly line: ContestedLine;
  readonly lineBytes: number;
  readonly suspicion: SharingVerdict;
  readonly evidence: LineEvidence;
  readonly facts: LineFacts;
  /** Absent when nobody asked for a confirmation, or its turn has not come. */
  readonly outcome: Outcome | undefined;
  /** Why it is not confirmed, in that case. */
  readonly notWatched: string;
  /** Names an instruction. */
  readonly symbolize: (address: number) => StackFrame | undefined;
}

/** Builds one line of the report. */
export function sharedLine(parts: SharedLineParts): SharedLine {
  const { line, lineBytes, facts, outcome } = parts;
  const verdict = outcome?.verdict ?? parts.suspicion;
  const isConfirmed = outcome?.verdict !== undefined;
  const threads = threadsOf(line.accesses).map((tid) => threadOf(tid, parts));
  return {
    pid: line.pid,
    address: hex(line.address),
    sizeBytes: lineBytes,
    verdict,
    confidence: isConfirmed ? 'confirmed' : 'suspected',
    ...(isConfirmed ? {} : { notConfirmed: outcome?.reason ?? parts.notWatched }),
    location: facts.location,
    ...(facts.node === undefined ? {} : { node: facts.node }),
    samples: threads.reduce((sum, { samples }) => sum + samples, 0),
    alternations: line.alternations,
    firstSeenNs: line.firstNs,
    lastSeenNs: line.lastNs,
    threads: threads.sort((a, b) => b.samples - a.samples || a.tid - b.tid),
    advice: paddingAdvice(verdict, usesOf(line.accesses), facts.location, lineBytes),
    ...(outcome?.evidence === undefined ? {} : { watched: outcome.evidence }),
  };
}

function threadOf(
  tid: number,
  { line, evidence, facts, symbolize }: SharedLineParts,
): SharingThread {
  const own = line.accesses.filter((access) => access.tid === tid);
  return {
    tid,
    comm: facts.comms.get(tid) ?? '',
    samples: samplesOf(line.accesses, tid),
    share: timeShare(evidence, tid),
    accesses: placesOf(own).map((accesses) => accessOf(accesses, evidence, symbolize)),
  };
}

/** Accesses grouped by the bytes that they touch, in order. */
function placesOf(accesses: readonly SampledAccess[]): SampledAccess[][] {
  const places = new Map<string, SampledAccess[]>();
  for (const access of accesses) {
    const key = `${access.offset}:${access.size}`;
    places.set(key, [...(places.get(key) ?? []), access]);
  }
  return [...places.values()].sort(([a], [b]) => a!.offset - b!.offset || a!.size - b!.size);
}

function accessOf(
  accesses: readonly SampledAccess[],
  { hasDataSource }: LineEvidence,
  symbolize: SharedLineParts['symbolize'],
): SharedAccess {
  const { offset, size } = accesses[0] as SampledAccess;
  const count = (counts: (access: SampledAccess) => boolean): number =>
    accesses.reduce((sum, access) => sum + (counts(access) ? access.samples : 0), 0);
  return {
    offset,
    size,
    loads: count(({ load }) => load),
    stores: count(({ store }) => store),
    ...(hasDataSource
      ? { transfers: accesses.reduce((sum, { transfers }) => sum + transfers, 0) }
      : {}),
    code: [...accesses]
      .sort((a, b) => b.samples - a.samples || a.ip - b.ip)
      .map((access) => codeOf(access, symbolize)),
  };
}

function codeOf(
  { ip, samples }: SampledAccess,
  symbolize: SharedLineParts['symbolize'],
): AccessingCode {
  const frame = symbolize(ip);
  return {
    address: hex(ip),
    ...(frame?.symbol === undefined ? {} : { symbol: frame.symbol }),
    ...(frame?.offset === undefined ? {} : { offset: frame.offset }),
    ...(frame?.module === undefined ? {} : { module: frame.module }),
    samples,
  };
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
