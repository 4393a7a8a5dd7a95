/** One frame of a stack, innermost first. */
export interface StackFrame {
  /** Address in the process or kernel. */
  readonly address: bigint;
  /** Function name, or `undefined` when no symbol covers the address. */
  readonly symbol: string | undefined;
  /** Bytes from the start of the symbol. */
  readonly offset: number | undefined;
  /** Mapped file, `[kernel]`, or `undefined`. */
  readonly module: string | undefined;
}

/** Turns stack ids of records into frames. */
export interface StackResolver {
  /** User frames of a process. Empty when the id is "none". */
  user(pid: number, stackId: number): StackFrame[];
  /** Kernel frames. */
  kernel(stackId: number): StackFrame[];
  /** Names one kernel address; a frame without a symbol when none covers it or all are hidden. */
  kernelAddress(address: bigint): StackFrame;
  /** Remembers a stack, so that it can be resolved when the source is closed. */
  keep?(stackId: number): void;
}

/** Stack id that means "no stack was taken". */
export const NO_STACK = 0xffff;
