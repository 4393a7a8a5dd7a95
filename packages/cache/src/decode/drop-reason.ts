/** Why no address could be worked out for a sample; 0 means that it could. */
export const DropReason = {
  None: 0,
  /** The code at the instruction pointer could not be read. */
  CodeUnreadable: 1,
  /** Instruction boundaries before it are not certain, or the bytes are no instructions. */
  Ambiguous: 2,
  /** It is the first instruction of a function. */
  FunctionEntry: 3,
  /** A branch leads to it, so the instruction before it need not be the one that ran before. */
  BranchTarget: 4,
  /** The instruction before it is a branch, call, return or system call. */
  ControlFlow: 5,
  /** The instruction before it does not touch memory. */
  NoMemoryAccess: 6,
  /** It touches memory in several places. */
  SeveralAccesses: 7,
  /** It overwrote a register that its address was made of. */
  AddressOverwritten: 8,
  /** A string instruction: its registers have moved on. */
  StringInstruction: 9,
  /** A gather or scatter: one address per element. */
  Gather: 10,
  /** It is relative to FS or GS, whose bases a sample does not hold. */
  SegmentBase: 11,
  /** How many bytes it touches, or whether it does, depends on more than its operands. */
  SizeUnknown: 12,
  /** The address is none of user space. */
  NotUserSpace: 13,
  /** The sample came without the registers of a 64-bit program. */
  NoRegisters: 14,
} as const;
export type DropReason = (typeof DropReason)[keyof typeof DropReason];

/** Names of the reasons in reports, by their numbers. */
export const DROP_REASON_NAMES: readonly string[] = [
  'none',
  'code_unreadable',
  'ambiguous',
  'function_entry',
  'branch_target',
  'control_flow',
  'no_memory_access',
  'several_accesses',
  'address_overwritten',
  'string_instruction',
  'gather',
  'segment_base',
  'size_unknown',
  'not_user_space',
  'no_registers',
];
