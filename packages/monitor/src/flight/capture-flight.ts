import { arch, cpus, release } from 'node:os';
import {
  BlockType,
  ContainerWriter,
  PidIndex,
  RECORD_BYTES,
  copyWindow,
  type RecordBatch,
  type RecordWindow,
  type Session,
  type Target,
} from '@hftmon/core';
import { spanToJson, spikeToJson, type LatencySpike, type SlowSpan } from '@hftmon/latency';
import {
  FLIGHT_SCHEMA,
  type FlightDictionary,
  type FlightLosses,
  type FlightMeta,
  type FlightSpikes,
  type FlightWindow,
} from './flight-types.js';
import { hostFiles } from './host-files.js';
import { referredNames } from './referred-names.js';
import { referredStacks } from './referred-stacks.js';
import { referredTasks } from './referred-tasks.js';

/**
 * What led to a spike, such as the signal that stopped its thread, comes that long before it at
 * most, and records of other CPUs that tell of it that long after it, ns.
 */
const MARGIN_NS = 1e6;

/** What a recording is made of. */
export interface CaptureInput {
  readonly session: Session;
  /** Wanted, ns since the session epoch. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly spikesWithin: (fromNs: number, toNs: number) => readonly LatencySpike[];
  /** Spans over their budget that set it off. */
  readonly spans: readonly SlowSpan[];
  /** Processes that were watched. */
  readonly targets: readonly Target[];
  readonly configuration: FlightMeta['configuration'];
  readonly triggers: FlightMeta['triggers'];
  readonly furtherTriggers: number;
  readonly withheld: number;
  /** Events dropped by the kernel's rings until the first look after the window's begin. */
  readonly droppedBefore: number;
  /** Most bytes of records. */
  readonly maxBytes: number;
}

/** A recording, ready to be written. */
export interface Capture {
  readonly meta: FlightMeta;
  readonly spikes: number;
  readonly pieces: readonly Uint8Array[];
}

/** Copies a window out of the running session, with all that is needed to read it elsewhere. */
export function captureFlight(input: CaptureInput): Capture {
  const { session, spikesWithin, maxBytes } = input;
  const nowNs = session.clock.nowNs();
  const { ring } = session.source;
  const wanted = wantedOf(input);
  const copied = copyWindow(ring, {
    ...wanted,
    maxRecords: Math.floor(maxBytes / RECORD_BYTES),
  });
  const { batch } = copied;
  const window = windowOf(input, wanted, copied, nowNs, ring.capacity);
  const spikes: FlightSpikes = {
    spikes: spikesWithin(
      Math.max(window.fromNs, input.fromNs),
      Math.min(window.toNs, input.toNs),
    ).map((spike) => spikeToJson(spike)),
    spans: input.spans.map((span) => spanToJson(span)),
  };
  const meta = metaOf(input, window);
  const writer = new ContainerWriter();
  const records = new Uint8Array(batch.u32.buffer, 0, batch.count * RECORD_BYTES);
  return {
    meta,
    spikes: spikes.spikes.length,
    pieces: [
      writer.preamble(),
      ...writer.json(BlockType.Meta, meta),
      ...writer.block({
        type: BlockType.Records,
        payload: records,
        value: batch.firstSequence,
      }),
      ...writer.json(BlockType.Dictionary, dictionaryOf(batch, input)),
      ...writer.json(BlockType.Spikes, spikes),
      ...writer.json(BlockType.Losses, lossesOf(input, copied)),
      ...writer.end(),
    ],
  };
}

/** A stretch of time, ns since the session epoch. */
interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * The time that records are wanted of: a spike that reaches into the window or out of it is there
 * as a whole, or what its receipt says could not be found in the records.
 */
function wantedOf({ fromNs, toNs, spikesWithin }: CaptureInput): Stretch {
  const wanted = { fromNs, toNs };
  for (const { timestampNs, durationNs } of spikesWithin(fromNs, toNs)) {
    const endNs = timestampNs + durationNs;
    if (timestampNs < fromNs) wanted.fromNs = Math.min(wanted.fromNs, timestampNs - MARGIN_NS);
    if (endNs > toNs) wanted.toNs = Math.max(wanted.toNs, endNs + MARGIN_NS);
  }
  return wanted;
}

function windowOf(
  { fromNs: askedFromNs, toNs: askedToNs, maxBytes }: CaptureInput,
  wanted: Stretch,
  { batch, lost, held, wrapped, oldestEndNs }: RecordWindow,
  nowNs: number,
  capacity: number,
): FlightWindow {
  const isCut = batch.count === Math.floor(maxBytes / RECORD_BYTES) || lost > 0;
  const copiedFromNs = batch.count === 0 ? nowNs : endOf(batch, 0);
  // Before the first record that was overwritten, nobody knows what there was.
  const knownFromNs = isCut ? copiedFromNs : wrapped ? (oldestEndNs ?? nowNs) : 0;
  const fromNs = Math.max(wanted.fromNs, knownFromNs, 0);
  const toNs = Math.min(wanted.toNs, nowNs);
  return {
    askedFromNs,
    askedToNs,
    fromNs,
    toNs,
    complete: fromNs <= Math.max(0, wanted.fromNs) && toNs >= askedToNs && lost === 0,
    records: batch.count,
    lostRecords: lost,
    ring: { capacity, records: held, ...(oldestEndNs === undefined ? {} : { oldestEndNs }) },
  };
}

function metaOf(input: CaptureInput, window: FlightWindow): FlightMeta {
  const { session, targets, configuration, triggers, furtherTriggers, withheld } = input;
  const { clock, source, registry } = session;
  const { environment } = source;
  const collectors = registry.list().map(({ collector }) => collector.meta);
  const wanted = collectors
    .flatMap(({ needs }) => needs)
    .filter(({ type }) => type === 'tracepoint')
    .map(({ name }) => name);
  return {
    schema: FLIGHT_SCHEMA,
    type: 'flight',
    host: {
      kernel: release(),
      architecture: arch(),
      cpus: cpus().length,
      bpf: environment.bpf,
      missingTracepoints: [...new Set(wanted)].filter((name) => !environment.hasTracepoint(name)),
    },
    clock: {
      epochMonotonicNs: String(clock.epochMonotonicNs),
      epochWallMs: clock.toDate(0).getTime(),
    },
    targets: targets.map(({ pid, comm, startTimeTicks, attachedNs }) => ({
      pid,
      comm,
      startTimeTicks,
      attachedNs,
    })),
    configuration,
    collectors: collectors.map(({ name, version }) => ({ name, version })),
    triggers,
    furtherTriggers,
    withheld,
    window,
  };
}

function dictionaryOf(batch: RecordBatch, { session, targets }: CaptureInput): FlightDictionary {
  const { source } = session;
  const watched = new Set(targets.map(({ pid }) => pid));
  const { procRoot, sysRoot } = source.environment;
  const tasks = referredTasks(batch, source.tasks);
  const cgroups = new Map<number, FlightDictionary['cgroups'][number]>();
  for (const { info } of tasks) {
    const id = info.cgroupId;
    const cgroup = id === undefined ? undefined : source.cgroups?.lookup(id);
    if (id !== undefined && cgroup !== undefined) cgroups.set(id, { id, ...cgroup });
  }
  const pids = new PidIndex(source.tasks);
  return {
    tasks,
    cgroups: [...cgroups.values()],
    ...referredStacks(batch, source.stacks, source.tasks),
    ...referredNames(batch, session),
    ...hostFiles(batch, {
      procRoot,
      sysRoot,
      pids: [...watched],
      pidOf: (tid) => {
        const pid = pids.pidOf(tid, Infinity);
        return watched.has(pid) ? pid : undefined;
      },
    }),
  };
}

function lossesOf({ session, droppedBefore }: CaptureInput, { lost }: RecordWindow): FlightLosses {
  const { seen, emitted, filtered, dropped } = session.losses();
  return {
    seen,
    emitted,
    filtered,
    dropped,
    droppedInWindow: dropped - droppedBefore,
    lostRecords: lost,
  };
}

function endOf({ f64 }: RecordBatch, i: number): number {
  return f64[i * 8]! + f64[i * 8 + 1]!;
}
