import { DecodedCode, withInstruction, type CodeBytes, type CodeOffset } from './decoded-code.js';
import { DropReason } from './drop-reason.js';
import { iced } from './iced.js';
import { memoryAccess, type MemoryAccess } from './memory-access.js';

/** An access, and the instruction that makes it. */
export interface InstructionAccess extends MemoryAccess {
  /** Bytes of the instruction: it begins so many bytes before where the sample was taken. */
  readonly length: number;
}

/**
 * The memory access of the instruction that ends at `ip`, in code decoded from the start of the
 * function. A sampling interrupt is taken between two instructions, mostly after one that waited for
 * memory: so the one before `ip` is looked at, and only if it must have run just before.
 */
export function previousAccess(decoded: DecodedCode, ip: bigint): InstructionAccess | DropReason {
  const end = Number(ip - decoded.code.address);
  if (end === 0) return DropReason.FunctionEntry;
  const start = decoded.endingAt(end);
  if (start === undefined) return DropReason.Ambiguous;
  if (decoded.isBranchTarget(end)) return DropReason.BranchTarget;
  return accessAt(decoded.code, start, end);
}

/** Where decoding begins before `ip` when no start of a function is known, bytes. */
const NEAREST_START = 32;
const FARTHEST_START = 96;
/** Not a multiple of the usual lengths of instructions. */
const STEP = 3;
const FEWEST_VOTES = 8;
/** From how far before and after `ip` branches are looked for, bytes. */
export const BRANCHES_BEFORE = 1024;
export const BRANCHES_AFTER = 2048;

/**
 * The same without a known start: x86 code read from anywhere soon falls into step, so it is decoded
 * from many places before `ip`, and what of it arrives at `ip` must agree.
 */
export function previousAccessUnanchored(
  code: CodeBytes,
  ip: bigint,
): InstructionAccess | DropReason {
  const end = Number(ip - code.address);
  const start = agreedStart(code, end);
  if (start === undefined) return DropReason.Ambiguous;
  if (isReachedByBranch(code, end, start)) return DropReason.BranchTarget;
  return accessAt(code, start, end);
}

function accessAt(
  code: CodeBytes,
  start: CodeOffset,
  end: CodeOffset,
): InstructionAccess | DropReason {
  return withInstruction(code, start, (instruction) => {
    if (instruction.length !== end - start) return DropReason.Ambiguous;
    if (instruction.flowControl !== iced().FlowControl.Next) return DropReason.ControlFlow;
    const access = memoryAccess(instruction);
    return typeof access === 'number' ? access : { ...access, length: instruction.length };
  });
}

function agreedStart(code: CodeBytes, end: CodeOffset): CodeOffset | undefined {
  const from = Math.max(0, end - FARTHEST_START);
  const near = { address: code.address, bytes: code.bytes.subarray(from, end) };
  let agreed: CodeOffset | undefined;
  let votes = 0;
  for (let start = 0; start <= end - from - NEAREST_START; start += STEP) {
    const found = new DecodedCode(near, start).endingAt(end - from);
    if (found === undefined) continue;
    if (agreed !== undefined && agreed !== found) return undefined;
    agreed = found;
    votes++;
  }
  return agreed !== undefined && votes >= FEWEST_VOTES ? agreed + from : undefined;
}

/** `ip` is a boundary, so code after it is in step; before it, whatever arrives at it is. */
function isReachedByBranch(code: CodeBytes, end: CodeOffset, previous: CodeOffset): boolean {
  if (new DecodedCode(code, end).isBranchTarget(end)) return true;
  const before = { address: code.address, bytes: code.bytes.subarray(0, end) };
  const farthest = Math.max(0, end - BRANCHES_BEFORE);
  for (let from = farthest; from < farthest + 16 && from < previous; from++) {
    const decoded = new DecodedCode(before, from);
    if (decoded.endingAt(end) === previous) return decoded.isBranchTarget(end);
  }
  return false;
}
