import { closeSync } from 'node:fs';
import {
  createError,
  isMonitorError,
  refusal,
  refusalOf,
  type ErrorCode,
  type MonitorError,
  type NameCounts,
  type SpanProbe,
  type SpanProbeCounts,
  type SpanProbeState,
} from '@hftmon/core';
import { SPAN_PROBE_LIMITS } from '../layout.js';
import { nativeLibrary, type SpanProbesHandle } from '../native/bindings.js';
import { callFailure } from '../native/call-failure.js';
import { spanProbesLibrary } from '../native/span-probes-bindings.js';
import { checkProbes } from './check-probes.js';
import { sourceOf, type ProbePlace } from './find-places.js';
import { locateProbe, type LocatedProbe } from './locate-probe.js';
import { refused } from './place-error.js';
import { readProbeCounts, type AccountsMemory } from './probe-accounts.js';
import { ProcessProbe, type ProbeOutcome } from './process-probe.js';
import { Programs } from './programs.js';

/** What has nothing to do with the place. */
const GENERAL: ReadonlySet<ErrorCode> = new Set([
  'HFTMON_E_NOT_PERMITTED',
  'HFTMON_E_FILES_EXHAUSTED',
  'HFTMON_E_THREAD_NOT_FOUND',
]);
/** Libraries may be loaded at any time; reading all mappings of a process holds its lock. */
const LOOK_EVERY_MS = 1000;

/** Puts span probes into the target processes, and takes them out again. */
export class SpanProbeFollower {
  readonly #handle: SpanProbesHandle;
  readonly #memory: AccountsMemory;
  readonly #procRoot: string;
  readonly #probes: SpanProbe[];
  readonly #live = new Map<number, ProcessProbe[]>();
  readonly #all: ProcessProbe[] = [];
  readonly #byOrigin = new Map<number, ProcessProbe>();
  readonly #programs: Programs;
  #nextIndex = 0;
  #nextLookMs = 0;

  /** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
  constructor(
    handle: SpanProbesHandle,
    memory: AccountsMemory,
    procRoot: string,
    probes: readonly SpanProbe[],
  ) {
    checkProbes(probes);
    this.#handle = handle;
    this.#memory = memory;
    this.#procRoot = procRoot;
    this.#programs = new Programs(procRoot);
    this.#probes = [...probes];
  }

  /**
   * Probes a process. A probe whose binary the process doesn't map is put in when it does.
   * @throws ConfigurationError, HardwareNotSupportedError, PermissionError; nothing stays attached
   */
  follow(pid: number): void {
    if (this.#live.has(pid)) return;
    this.#live.set(pid, []);
    this.#programs.isNew(pid, performance.now());
    try {
      for (const probe of this.#probes) this.#enter(pid, probe);
    } catch (error) {
      this.forget(pid);
      throw error;
    }
  }

  /**
   * Adds a probe to all processes that are followed, and that will be.
   * @throws as `follow`; no process has it then
   */
  add(probe: SpanProbe): void {
    checkProbes([...this.#probes, probe]);
    try {
      for (const pid of this.#live.keys()) this.#enter(pid, probe);
    } catch (error) {
      this.#takeBack(probe);
      throw error;
    }
    this.#probes.push(probe);
  }

  /** Looks for libraries that were loaded since, at once in a process that has executed a program. */
  look(): void {
    const now = performance.now();
    const isTime = now >= this.#nextLookMs;
    if (isTime) this.#nextLookMs = now + LOOK_EVERY_MS;
    for (const [pid, own] of this.#live) {
      if (!own.some(({ outcome }) => isWaiting(outcome))) continue;
      if (!this.#programs.isNew(pid, now) && !isTime) continue;
      for (const state of own) {
        if (isWaiting(state.outcome)) state.outcome = this.#tryAgain(state);
      }
    }
  }

  /** Takes the probes out of a process. */
  forget(pid: number): void {
    for (const state of this.#live.get(pid) ?? []) this.#leave(state);
    this.#live.delete(pid);
    this.#programs.forget(pid);
  }

  /** Takes all out; what was counted stays to be asked for. */
  close(): void {
    for (const pid of [...this.#live.keys()]) this.forget(pid);
  }

  list(): SpanProbeState[] {
    return this.#all.map((state) => state.describe(this.#counts));
  }

  pidOf(origin: number): number | undefined {
    return this.#byOrigin.get(origin)?.pid;
  }

  nameOf(origin: number): string | undefined {
    return this.#byOrigin.get(origin)?.probe.name;
  }

  countsOf(origin: number): NameCounts {
    const { counts } = this.#byOrigin.get(origin)?.describe(this.#counts) ?? {};
    if (counts === undefined) return { spans: 0, open: 0, errors: 0 };
    const { spans, open, unmatchedEnds, abandoned } = counts;
    return { spans, open, errors: unmatchedEnds + abandoned };
  }

  readonly #counts = (index: number): SpanProbeCounts => readProbeCounts(this.#memory, index);

  #enter(pid: number, probe: SpanProbe): void {
    const state = new ProcessProbe(pid, probe, this.#attach(pid, probe));
    this.#all.push(state);
    this.#live.get(pid)?.push(state);
    if (!('refusal' in state.outcome)) this.#byOrigin.set(state.outcome.origin, state);
  }

  #leave(state: ProcessProbe): void {
    if ('refusal' in state.outcome) return;
    const { index } = state.outcome;
    spanProbesLibrary().detach(this.#handle, index);
    const { open, abandoned, ...counts } = readProbeCounts(this.#memory, index);
    state.last = { ...counts, open: 0, abandoned: abandoned + open };
  }

  #takeBack(probe: SpanProbe): void {
    for (const own of this.#live.values()) {
      const at = own.findIndex((state) => state.probe === probe);
      if (at < 0) continue;
      const [state] = own.splice(at, 1) as [ProcessProbe];
      this.#leave(state);
      this.#all.splice(this.#all.indexOf(state), 1);
    }
  }

  #tryAgain(state: ProcessProbe): ProbeOutcome {
    try {
      const outcome = this.#attach(state.pid, state.probe);
      if (!('refusal' in outcome)) this.#byOrigin.set(outcome.origin, state);
      return outcome;
    } catch (error) {
      if (!isMonitorError(error)) throw error;
      return { refusal: refusalOf(error), isWaiting: false };
    }
  }

  #attach(pid: number, probe: SpanProbe): ProbeOutcome {
    const located = locateProbe(probe, pid, this.#procRoot);
    if (located === undefined) return notMapped(probe);
    try {
      return this.#attachAt(pid, probe, located);
    } finally {
      closeSync(located.fd);
    }
  }

  #attachAt(pid: number, probe: SpanProbe, located: LocatedProbe): ProbeOutcome {
    const { binary, identity, fd, places } = located;
    const place = `${identity}:${places.map(({ offset }) => offset).join(',')}`;
    this.#refuseTwice(pid, probe.name, place);
    if (this.#nextIndex === SPAN_PROBE_LIMITS.probes) throw tooMany(probe.name);
    const index = this.#nextIndex++;
    for (const at of places) {
      const result = this.#attachPlace(index, pid, probe, at, `/proc/self/fd/${fd}`);
      if (result >= 0) continue;
      const detail = nativeLibrary().lastError();
      spanProbesLibrary().detach(this.#handle, index);
      throw failure(result, probe.name, detail);
    }
    return { index, origin: SPAN_PROBE_LIMITS.firstOrigin + index, binary, place };
  }

  #attachPlace(
    index: number,
    pid: number,
    probe: SpanProbe,
    { role, offset, semaphore }: ProbePlace,
    path: string,
  ): number {
    const source = sourceOf(probe);
    const values = { index, pid, source, role, path, offset, semaphore };
    return spanProbesLibrary().attach(this.#handle, values);
  }

  /** Both would take the same end for theirs. */
  #refuseTwice(pid: number, name: string, place: string): void {
    const other = this.#live
      .get(pid)
      ?.find(({ outcome }) => !('refusal' in outcome) && outcome.place === place);
    if (other === undefined) return;
    throw refused(
      name,
      `"${other.probe.name}" is the span of the same place`,
      'leave one of them out',
    );
  }
}

function isWaiting(outcome: ProbeOutcome): boolean {
  return 'refusal' in outcome && outcome.isWaiting;
}

/** Not an error: another target may be the one that has it, or this one may load it later. */
function notMapped({ name, binary }: SpanProbe): ProbeOutcome {
  const facts =
    binary === undefined
      ? { place: 'the static probes', reason: 'nothing that the process maps has them' }
      : { place: binary, reason: 'the process does not map it' };
  const remedy = 'give the path or file name of a line of /proc/PID/maps, or wait until it is';
  return {
    refusal: refusal('HFTMON_E_SPAN_PROBE_PLACE', { span: name, ...facts, remedy }),
    isWaiting: true,
  };
}

function tooMany(name: string): MonitorError {
  return refused(
    name,
    `a session has ${SPAN_PROBE_LIMITS.probes} probes at most, each process counting`,
    'probe fewer functions or processes at the same time',
  );
}

function failure(result: number, name: string, detail: string): MonitorError {
  const { code, facts } = callFailure(result, `the span "${name}"`, detail, 0);
  if (GENERAL.has(code)) return createError(code, facts);
  return refused(name, detail, 'choose another function: the kernel can not probe this place');
}
