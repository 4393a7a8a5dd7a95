import type { Instruction, UsedMemory } from 'iced-x86';
import { DropReason } from './drop-reason.js';
import { iced } from './iced.js';
import { NO_REGISTER, sampleRegister } from './registers.js';

/** How an instruction forms the address of the memory that it touches. */
export interface MemoryAccess {
  /** Index of a register in a sample, or {@link NO_REGISTER}. */
  readonly base: number;
  readonly index: number;
  /** 1, 2, 4 or 8. */
  readonly scale: number;
  /** Two's complement. Already corrected for what the instruction did to the stack pointer. */
  readonly displacement: bigint;
  /** The sum is cut to 32 bits (an address-size prefix). */
  readonly address32: boolean;
  /** Bytes, 1 to 64. */
  readonly size: number;
  readonly load: boolean;
  readonly store: boolean;
}

const MOST_BYTES = 64;

/** The access of an instruction that has just run, or why its address cannot be known. */
export function memoryAccess(instruction: Instruction): MemoryAccess | DropReason {
  if (instruction.isStringInstruction) return DropReason.StringInstruction;
  if (instruction.isVsib) return DropReason.Gather;
  if (isMasked(instruction)) return DropReason.SizeUnknown;
  const { InstructionInfoFactory } = iced();
  const factory = new InstructionInfoFactory();
  const info = factory.info(instruction);
  const memory = info.usedMemory() as UsedMemory[];
  const registers = info.usedRegisters() as { register: number; access: number; free(): void }[];
  try {
    if (memory.length === 0 || controlsCache(instruction)) return DropReason.NoMemoryAccess;
    if (memory.length > 1) return DropReason.SeveralAccesses;
    const written = registers.filter(({ access }) => writes(access)).map((used) => used.register);
    return describe(instruction, memory[0] as UsedMemory, written);
  } finally {
    for (const used of [...memory, ...registers]) used.free();
    info.free();
    factory.free();
  }
}

function describe(
  instruction: Instruction,
  used: UsedMemory,
  written: readonly number[],
): MemoryAccess | DropReason {
  const { OpAccess, Register, RegisterExt } = iced();
  if (used.segment === Register.FS || used.segment === Register.GS) return DropReason.SegmentBase;
  const base = sampleRegister(used.base);
  const index = sampleRegister(used.index);
  if (base === undefined || index === undefined) return DropReason.Ambiguous;
  const size = bytesOf(instruction, used);
  const load = used.access === OpAccess.Read || used.access === OpAccess.ReadWrite;
  const store = used.access === OpAccess.Write || used.access === OpAccess.ReadWrite;
  // A compare-and-exchange always takes the line for itself, also when it stores nothing new.
  const exchange = used.access === OpAccess.ReadCondWrite;
  if (size === undefined || !(load || store || exchange)) return DropReason.SizeUnknown;

  const moved = new Set(written.flatMap((register) => sampleRegister(register) ?? []));
  let displacement = used.displacement;
  if (base === sampleRegister(Register.RSP) && movesStackPointerOnly(instruction)) {
    displacement -= BigInt(instruction.stackPointerIncrement);
    moved.delete(base);
  }
  const overwritten = [base, index].some((part) => part !== NO_REGISTER && moved.has(part));
  if (overwritten) return DropReason.AddressOverwritten;
  const formed = used.base === Register.None ? used.index : used.base;
  const address32 =
    formed === Register.None
      ? instruction.memoryBase === Register.EIP
      : RegisterExt.size(formed) === 4;
  return {
    base,
    index,
    scale: used.scale,
    displacement: BigInt.asUintN(64, displacement),
    address32,
    size,
    load: load || exchange,
    store: store || exchange,
  };
}

/** Bytes touched; a broadcast reads one element. */
function bytesOf(instruction: Instruction, used: UsedMemory): number | undefined {
  const { MemorySizeExt } = iced();
  const size = instruction.isBroadcast
    ? MemorySizeExt.elementSize(used.memorySize)
    : MemorySizeExt.size(used.memorySize);
  return size >= 1 && size <= MOST_BYTES ? size : undefined;
}

/** A push or pop whose operand is not the stack pointer itself. */
function movesStackPointerOnly(instruction: Instruction): boolean {
  const { Register } = iced();
  if (instruction.stackPointerIncrement === 0) return false;
  const isPop = instruction.stackPointerIncrement > 0;
  return !(isPop && instruction.op0Register === Register.RSP);
}

/** Elements that the mask leaves out are not touched, and a sample does not hold the mask. */
function isMasked({ hasOpMask, mnemonic }: Instruction): boolean {
  const { Mnemonic } = iced();
  return (
    hasOpMask ||
    mnemonic === Mnemonic.Vmaskmovps ||
    mnemonic === Mnemonic.Vmaskmovpd ||
    mnemonic === Mnemonic.Vpmaskmovd ||
    mnemonic === Mnemonic.Vpmaskmovq ||
    mnemonic === Mnemonic.Maskmovq ||
    mnemonic === Mnemonic.Maskmovdqu ||
    mnemonic === Mnemonic.Vmaskmovdqu
  );
}

/** CLFLUSH and its like name a line to move it, they do not use what is in it. */
function controlsCache({ mnemonic }: Instruction): boolean {
  const { Mnemonic } = iced();
  return (
    mnemonic === Mnemonic.Clflush ||
    mnemonic === Mnemonic.Clflushopt ||
    mnemonic === Mnemonic.Clwb ||
    mnemonic === Mnemonic.Cldemote
  );
}

function writes(access: number): boolean {
  const { OpAccess } = iced();
  return (
    access === OpAccess.Write ||
    access === OpAccess.CondWrite ||
    access === OpAccess.ReadWrite ||
    access === OpAccess.ReadCondWrite
  );
}
