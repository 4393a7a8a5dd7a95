import type { Decoder, Instruction } from 'iced-x86';
import { DropReason } from './drop-reason.js';
import { iced } from './iced.js';

/** Code of a process as it stands in its memory. */
export interface CodeBytes {
  /** Address of the first byte. */
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** Start of an instruction, bytes from the start of the code. */
export type CodeOffset = number;

/**
 * A stretch of code, decoded one instruction after the other from its first byte, which is known
 * to begin one (the start of a function). Tells which instruction ends at an offset, unless a
 * branch of the same stretch leads there.
 */
export class DecodedCode {
  readonly code: CodeBytes;
  readonly #starts: Uint32Array;
  readonly #targets: ReadonlySet<CodeOffset>;

  constructor(code: CodeBytes, from: CodeOffset = 0) {
    const { starts, targets } = decode(code, from);
    this.code = code;
    this.#starts = Uint32Array.from(starts);
    this.#targets = targets;
  }

  /** Does a branch of this code lead here? */
  isBranchTarget(offset: CodeOffset): boolean {
    return this.#targets.has(offset);
  }

  /** Instruction that ends at an offset; `undefined` when no boundary is there, or none before. */
  endingAt(offset: CodeOffset): CodeOffset | undefined {
    const at = this.#atOrAfter(offset);
    return this.#starts[at] === offset && at > 0 ? this.#starts[at - 1] : undefined;
  }

  /** Index of the first start that is not below the offset. */
  #atOrAfter(offset: CodeOffset): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Runs `use` with the instruction at an offset, or answers that the bytes are none. */
export function withInstruction<T>(
  { address, bytes }: CodeBytes,
  offset: CodeOffset,
  use: (instruction: Instruction) => T | DropReason,
): T | DropReason {
  const most = bytes.subarray(offset, offset + MOST_INSTRUCTION_BYTES);
  return withDecoder({ address: address + BigInt(offset), bytes: most }, (decoder, instruction) => {
    decoder.decodeOut(instruction);
    return instruction.isInvalid ? DropReason.Ambiguous : use(instruction);
  });
}

const MOST_INSTRUCTION_BYTES = 15;

/** Stops at the first bytes that are no instruction, or are cut off. */
function decode(
  code: CodeBytes,
  from: CodeOffset,
): { readonly starts: CodeOffset[]; readonly targets: Set<CodeOffset> } {
  const starts: CodeOffset[] = [];
  const targets = new Set<CodeOffset>();
  const nearBranch = iced().OpKind.NearBranch64;
  withDecoder(code, (decoder, instruction) => {
    decoder.position = from;
    decoder.ip = code.address + BigInt(from);
    while (decoder.canDecode) {
      const start = decoder.position;
      decoder.decodeOut(instruction);
      if (instruction.isInvalid) break;
      starts.push(start);
      if (instruction.opCount === 0 || instruction.op0Kind !== nearBranch) continue;
      const target = instruction.nearBranchTarget - code.address;
      if (target >= 0n && target <= BigInt(code.bytes.length)) targets.add(Number(target));
    }
    // Where the last one ends, another begins.
    if (!instruction.isInvalid) starts.push(decoder.position);
  });
  return { starts, targets };
}

/** The decoder's objects live in WebAssembly memory, which no garbage collector frees. */
function withDecoder<T>(
  { address, bytes }: CodeBytes,
  use: (decoder: Decoder, instruction: Instruction) => T,
): T {
  const { Decoder, DecoderOptions, Instruction } = iced();
  const decoder = new Decoder(64, bytes, DecoderOptions.None);
  const instruction = new Instruction();
  try {
    decoder.ip = address;
    return use(decoder, instruction);
  } finally {
    instruction.free();
    decoder.free();
  }
}
