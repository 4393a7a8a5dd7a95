import { cpuAt, kindAt, RecordKind, switchCpuFrom, type SessionClock } from '@hftmon/core';
import type { Group, GroupFinder } from '../detect/group-finder.js';
import type { ReportedSpike } from '../detect/reported-spikes.js';
import { Time, type ThreadTrack } from '../detect/thread-track.js';
import { writeReceipt } from '../receipt/write-receipt.js';
import type { Scene } from '../receipt/scene.js';
import { sliceGroup } from '../receipt/slice-group.js';
import type { LatencySpike } from '../types/spike.js';
import type { Lookups } from '../lookup/lookups.js';
import { culpritStack } from './culprit-stack.js';
import { hasUnseenReturn, longestStack, relatedEvents } from './group-facts.js';
import type { RateLimit } from './rate-limit.js';
import { PromptSpike, type SpikeBuilder } from './prompt-spike.js';
import type { KeptSpike } from './spike-store.js';

/** What of a spike is not in the records of its thread. */
export interface ReporterParts {
  readonly mergeGapNs: number;
  readonly limit: RateLimit;
  readonly clock: SessionClock;
  readonly lookups: Lookups;
  /** Process of a thread. */
  readonly pidOf: (track: ThreadTrack) => number;
  /** What receipts of that thread are written from. */
  readonly sceneOf: (track: ThreadTrack, pid: number) => Scene;
  /** Were records lost in that time? */
  readonly lostIn: (fromNs: number, toNs: number) => boolean;
  /** Nobody keeps a spike: all of them are one object. */
  readonly recycles: boolean;
}

/** Makes spikes of groups. */
export class Reporter {
  readonly #parts: ReporterParts;
  /** Below 2^53 for 104 days, so that no bigint has to be made for a spike. */
  readonly #epochNs: number;
  /** One for all of them: a closure for each would be made before its verdict is told. */
  readonly #write: SpikeBuilder = (spike, track, finder) => this.#build(spike, track, finder);
  #spare: PromptSpike | undefined;
  /** Spikes that were told. */
  told = 0;
  /** Told and withheld ones that turned out to be part of a longer one. */
  superseded = 0;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#epochNs = Number(parts.clock.epochMonotonicNs);
  }

  /**
   * The spike of a group; `undefined` when it was reported just so before, or is withheld. One that
   * takes the place of told ones is told. Its receipt is not written yet: that must be done while
   * the finder still holds the group.
   */
  report(track: ThreadTrack, group: Group, finder: GroupFinder): PromptSpike | undefined {
    if (track.reported.has(group)) return undefined;
    const earlier = track.reported.take(group);
    this.superseded += earlier.length;
    const supersedes = earlier.length === 0 ? NONE : idsOfTold(earlier);
    if (supersedes.length === 0 && !this.#parts.limit.admits(track.tid, group)) {
      track.reported.add(0, group);
      return undefined;
    }
    const id = ++this.told;
    track.reported.add(id, group);
    const spike = this.#spare ?? new PromptSpike(this.#epochNs, this.#write);
    if (this.#parts.recycles) this.#spare = spike;
    spike.become(id, track, group, finder);
    spike.pid = this.#parts.pidOf(track);
    spike.cpu = firstCpu(track, group, finder);
    spike.supersedes = supersedes;
    return spike;
  }

  #build(prompt: PromptSpike, track: ThreadTrack, finder: GroupFinder): KeptSpike {
    const { clock, lookups, mergeGapNs, sceneOf, lostIn } = this.#parts;
    const { id, pid, group, supersedes } = prompt;
    const { startNs, endNs } = group;
    const { log, tid } = track;
    const scene = sceneOf(track, pid);
    const slices = sliceGroup(scene, group, finder);
    const receipt = writeReceipt(slices, startNs, endNs, scene);
    const [main] = receipt.parts;
    const truncated = scene.truncated || isCut(track, startNs - mergeGapNs);
    const spike: LatencySpike = {
      id,
      timestamp: clock.toDate(startNs),
      timestampNs: startNs,
      monotonicNs: prompt.monotonicNs,
      durationUs: receipt.durationNs / 1000,
      durationNs: receipt.durationNs,
      threadId: tid,
      tid,
      pid,
      comm: lookups.tasks.ofThread(pid, tid, startNs),
      cpu: prompt.cpu,
      cause: main!.cause,
      causeClass: main!.causeClass,
      details: main!.details,
      receipt,
      ...(supersedes.length === 0 ? {} : { supersedes }),
      ...(lostIn(startNs, endNs) ? { incomplete: true } : {}),
      ...(truncated ? { truncated: true } : {}),
      ...(hasUnseenReturn(log, group, finder) ? { estimated: true } : {}),
    };
    const userStack = longestStack(log, group, finder);
    const culprit = culpritStack(scene, group, finder);
    return { spike, events: relatedEvents(slices), userStack, culprit };
  }
}

const NONE: readonly number[] = [];

function idsOfTold(earlier: readonly ReportedSpike[]): number[] {
  return earlier.filter((spike) => !spike.withheld).map((spike) => spike.id);
}

/** Does more belong to it than is kept, from that time on or after its end? */
function isCut({ log, times, cutting }: ThreadTrack, fromNs: number): boolean {
  return cutting || log.lostUntilNs >= fromNs || times[Time.Cut]! >= fromNs;
}

/** CPU that the thread was on when its first stall began. A timer may be another CPU's. */
function firstCpu({ log }: ThreadTrack, { first, last }: Group, { pieces }: GroupFinder): number {
  const { u32 } = log;
  let i = first;
  while (i + 1 < last && kindAt(u32, pieces.base[i]!) === RecordKind.LateTimer) i++;
  const base = pieces.base[i]!;
  return kindAt(u32, base) === RecordKind.Switch ? switchCpuFrom(u32, base) : cpuAt(u32, base);
}
