import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_HEADER_BYTES,
  BlockFlag,
  BlockType,
  CONTAINER_MAJOR,
  ContainerWriter,
  PREAMBLE_BYTES,
  readContainer,
  type BlockContent,
} from '../../../src/index.js';

const text = new TextEncoder();

function fileOf(...blocks: readonly BlockContent[]): Uint8Array {
  const writer = new ContainerWriter();
  const pieces = [writer.preamble(), ...blocks.flatMap((block) => writer.block(block))];
  return new Uint8Array(Buffer.concat([...pieces, ...writer.end()]));
}

const META: BlockContent = { type: BlockType.Meta, payload: text.encode('{"a":1}') };
const RECORDS: BlockContent = {
  type: BlockType.Records,
  payload: Uint8Array.from({ length: 128 }, (_, i) => i * 7),
  value: 4_000_000_000,
};
const EMPTY: BlockContent = { type: BlockType.Spikes, payload: new Uint8Array(0) };

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing was thrown';
}

describe('a recording file', () => {
  it('gives back what was written', () => {
    const { blocks, major } = readContainer(fileOf(META, RECORDS, EMPTY), 'x');
    expect(major).toBe(CONTAINER_MAJOR);
    expect(blocks.map(({ type, value }) => [type, value])).toEqual([
      [BlockType.Meta, 0],
      [BlockType.Records, 4_000_000_000],
      [BlockType.Spikes, 0],
    ]);
    expect([...blocks[1]!.payload]).toEqual([...RECORDS.payload]);
    expect(blocks[1]!.payload.byteOffset % 8).toBe(0);
  });

  it('is refused when it is cut off anywhere', () => {
    const file = fileOf(META, RECORDS);
    for (let length = 1; length < file.length; length++) {
      const code = codeOf(() => readContainer(file.slice(0, length), 'x'));
      expect([length, code]).toEqual([length, 'HFTMON_E_RECORDING_DAMAGED']);
    }
    expect(codeOf(() => readContainer(new Uint8Array(0), 'x'))).toBe('HFTMON_E_RECORDING_FOREIGN');
  });

  it('is refused when any of its bits is wrong', () => {
    const file = fileOf(META, RECORDS);
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const code = codeOf(() => readContainer(flipped, 'x'));
      const expected = bit < 64 ? 'HFTMON_E_RECORDING_FOREIGN' : 'HFTMON_E_RECORDING_DAMAGED';
      expect([bit, code]).toEqual([bit, expected]);
    }
  });

  it('is refused when blocks are missing, repeated or follow the end', () => {
    const file = fileOf(META, EMPTY);
    const metaEnd = PREAMBLE_BYTES + BLOCK_HEADER_BYTES + 8;
    const cut = Buffer.concat([file.subarray(0, PREAMBLE_BYTES), file.subarray(metaEnd)]);
    const more = Buffer.concat([file, new Uint8Array(8)]);
    for (const wrong of [cut, more]) {
      const code = codeOf(() => readContainer(new Uint8Array(wrong), 'x'));
      expect(code).toBe('HFTMON_E_RECORDING_DAMAGED');
    }
  });

  it('of another program or a newer version says so', () => {
    const foreign = text.encode('\x7fELF and so on, long enough for a preamble of 32 bytes');
    expect(codeOf(() => readContainer(foreign, 'x'))).toBe('HFTMON_E_RECORDING_FOREIGN');
    const newer = fileOf(META);
    const view = new DataView(newer.buffer);
    view.setUint16(8, CONTAINER_MAJOR + 1, true);
    view.setUint32(28, crc32(newer.subarray(0, 28)), true);
    expect(codeOf(() => readContainer(newer, 'x'))).toBe('HFTMON_E_RECORDING_NEWER');
  });

  it('may have blocks that only newer versions know, where they are optional', () => {
    const unknown = { type: 99, payload: new Uint8Array(3) };
    expect(codeOf(() => readContainer(fileOf(META, unknown), 'x'))).toBe(
      'HFTMON_E_RECORDING_NEWER',
    );
    const optional = { ...unknown, flags: BlockFlag.Optional };
    expect(readContainer(fileOf(META, optional), 'x').blocks).toHaveLength(1);
  });
});
