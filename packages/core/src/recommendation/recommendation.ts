/** One number or fact that a recommendation stands on. */
export interface EvidenceFact {
  readonly what: string;
  readonly value: number | string;
  /** `bytes`, `ratio`, `count`, `ns`, … */
  readonly unit?: string;
  /** File, counter or samples that it was read from. */
  readonly source: string;
}

/** Something to change, with all that speaks for it. */
export interface Recommendation {
  /** Name of the rule that it comes from. */
  readonly rule: string;
  readonly pid: number;
  /** The thread that it is about; absent when it is the process. */
  readonly tid?: number;
  /** One sentence. */
  readonly summary: string;
  /**
   * `now`: on the running process; `at_start`: when it is started again; `at_boot`: when the host
   * is; `in_code`: in its source.
   */
  readonly when: 'now' | 'at_start' | 'at_boot' | 'in_code';
  readonly evidence: readonly EvidenceFact[];
  /** What the evidence lets one expect, and no more. */
  readonly expectedEffect: string;
  /** Time that threads lost to what it would remove, ns; absent where that was not measured. */
  readonly lostNs?: number;
  /**
   * For a root shell, to be run as it stands; `at_start`, with the program's own command line in
   * place of `COMMAND`.
   */
  readonly command?: string;
  /** For a root shell: puts back what the command changed; absent where that can't be exact. */
  readonly undo?: string;
  /** For the command line of the kernel, in the configuration of the boot loader. */
  readonly bootParameters?: string;
  /** For the program's own source. */
  readonly call?: string;
  /** What it may break or cost. */
  readonly caution?: string;
}
