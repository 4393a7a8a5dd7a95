/** The span of a function: each of its calls, from entry to return, or to that of another one. */
export interface FunctionProbe {
  readonly name: string;
  /**
   * The program or library that has it: its absolute path, or its file name, with or without the
   * version of a library (`libfeed.so` finds `libfeed.so.2`).
   */
  readonly binary: string;
  /**
   * As in the symbol table; of C++ mangled, or without parameters (`feed::Handler::onPacket`). In a
   * file without symbols `0x1a40`: the address that `nm` or `objdump` shows of one that has them.
   */
  readonly function: string;
  /**
   * The span ends where this function of the same binary is entered next, by the same thread.
   * Unlike the end by return it is safe in any program: no return address is replaced.
   */
  readonly until?: string;
  /**
   * No exception ever leaves the function, nor what it calls on the way out of it. An end by return
   * makes the process abort at one that does, so it is refused without this word where a file may
   * throw or pass exceptions.
   */
  readonly nothrow?: boolean;
}

/** The span from one static probe (USDT) to another, in the same thread. */
export interface StaticProbe {
  readonly name: string;
  /** The program or library that has both. Default: whichever has. */
  readonly binary?: string;
  readonly usdt: {
    /** `provider:name`. */
    readonly begin: string;
    readonly end: string;
  };
}

/** A span of a program that can't be changed. */
export type SpanProbe = FunctionProbe | StaticProbe;

/** Exact accounts of a probe in one process, kept by the kernel. */
export interface SpanProbeCounts {
  readonly begun: number;
  /** Spans that ended, those of which no record was made included. */
  readonly spans: number;
  /** Begun and not ended; a call that was left by an exception counts until the next one. */
  readonly open: number;
  /** They will have no end: their thread ended first, or an exception or longjmp() left them. */
  readonly abandoned: number;
  /** Ends of what had begun before it was probed. */
  readonly unmatchedEnds: number;
  /** Spans that had no room to be remembered: 32 calls, or 16 static spans, of one thread. */
  readonly tooDeep: number;
}
