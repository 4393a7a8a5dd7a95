import { readFileSync } from 'node:fs';
import {
  BlockType,
  DEFAULT_BATCH_RECORDS,
  RECORD_BYTES,
  RECORD_DOUBLES,
  RECORD_WORDS,
  createError,
  messageOf,
  readContainer,
  type Block,
  type RecordQuery,
} from '@hftmon/core';
import {
  FLIGHT_SCHEMA,
  type FlightDictionary,
  type FlightLosses,
  type FlightMeta,
  type FlightSpikes,
} from './flight-types.js';

/** A recording of the flight recorder. */
export interface Flight {
  readonly file: string;
  readonly meta: FlightMeta;
  readonly dictionary: FlightDictionary;
  readonly spikes: FlightSpikes['spikes'];
  readonly spans: FlightSpikes['spans'];
  readonly losses: FlightLosses;
  /** The records, in the order of the stream, in batches as collectors get them. */
  readonly records: RecordQuery;
}

/**
 * Reads a recording and checks all of it.
 * @throws ConfigurationError `HFTMON_E_RECORDING_READ`, `HFTMON_E_RECORDING_FOREIGN`,
 * `HFTMON_E_RECORDING_NEWER`
 * @throws MonitorError `HFTMON_E_RECORDING_DAMAGED`
 */
export function readFlight(file: string): Flight {
  const { blocks } = readContainer(bytesOf(file), file);
  const meta = json<FlightMeta>(blocks, BlockType.Meta, file);
  if (meta.schema !== FLIGHT_SCHEMA) {
    const found = `a recording of the form ${String(meta.schema)}`;
    throw createError('HFTMON_E_RECORDING_NEWER', { file, found, expected: FLIGHT_SCHEMA });
  }
  const { spikes, spans } = json<FlightSpikes>(blocks, BlockType.Spikes, file);
  if (!Array.isArray(spikes) || !Array.isArray(spans)) throw damaged(file, 'it lists no spikes');
  return {
    file,
    meta,
    dictionary: json<FlightDictionary>(blocks, BlockType.Dictionary, file),
    spikes,
    spans,
    losses: json<FlightLosses>(blocks, BlockType.Losses, file),
    records: recordsOf(blocks, file),
  };
}

/** In memory of its own, so that records can be looked at where they are. */
function bytesOf(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    const facts = { file, detail: messageOf(error) };
    throw createError('HFTMON_E_RECORDING_READ', facts, { cause: error });
  }
}

function json<Document>(blocks: readonly Block[], type: BlockType, file: string): Document {
  const block = blocks.find((candidate) => candidate.type === type);
  if (block === undefined) throw damaged(file, `it has no block of type ${type}`);
  const document = parsed(block, file);
  if (typeof document === 'object' && document !== null) return document as Document;
  throw damaged(file, `its block of type ${type} holds no object`);
}

function parsed(block: Block, file: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(block.payload));
  } catch (error) {
    throw damaged(file, messageOf(error));
  }
}

function recordsOf(blocks: readonly Block[], file: string): RecordQuery {
  const parts = blocks.filter(({ type }) => type === BlockType.Records);
  for (const { payload } of parts) {
    if (payload.length % RECORD_BYTES !== 0) throw damaged(file, 'a record is cut off');
  }
  return {
    scan(visit) {
      let visited = 0;
      for (const { payload, value } of parts) {
        const u32 = new Uint32Array(payload.buffer, payload.byteOffset, payload.length / 4);
        const f64 = new Float64Array(payload.buffer, payload.byteOffset, payload.length / 8);
        const records = payload.length / RECORD_BYTES;
        for (let first = 0; first < records; first += DEFAULT_BATCH_RECORDS) {
          const end = Math.min(records, first + DEFAULT_BATCH_RECORDS);
          visit({
            count: end - first,
            firstSequence: (value + first) >>> 0,
            u32: u32.subarray(first * RECORD_WORDS, end * RECORD_WORDS),
            f64: f64.subarray(first * RECORD_DOUBLES, end * RECORD_DOUBLES),
          });
        }
        visited += records;
      }
      return { visited, lost: 0 };
    },
  };
}

function damaged(file: string, detail: string): Error {
  return createError('HFTMON_E_RECORDING_DAMAGED', { file, detail });
}
