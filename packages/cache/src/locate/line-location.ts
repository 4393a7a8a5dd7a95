/** What a cache line is part of. */
export interface LineLocation {
  /**
   * `variable`: a variable of a program or library; `heap`: brk memory; `stack`: of the thread in
   * `tid`; `file`: a mapped file; `anonymous`: memory without a name, mostly of an allocator;
   * `unknown`: it could not be looked up, `name` says why.
   */
  readonly kind: 'variable' | 'heap' | 'stack' | 'file' | 'anonymous' | 'unknown';
  /** For people: `shared_line+0x40`, `heap`, `stack of thread 7`, `/dev/shm/book`. */
  readonly name: string;
  /** The variable, as in the symbol table. */
  readonly symbol?: string;
  /** Bytes from the start of the variable to the start of the line; negative if it begins in it. */
  readonly symbolOffset?: number;
  /** Bytes of the variable. */
  readonly symbolBytes?: number;
  /** File of the variable, or the mapped file. */
  readonly module?: string;
  /** Thread whose stack it is. */
  readonly tid?: number;
}
