/** Name of the rule that a recommendation comes from. */
export type NumaRule =
  | 'move-pages'
  | 'bind-memory'
  | 'move-thread'
  | 'interleave'
  | 'huge-pages'
  | 'first-touch'
  | 'numa-balancing';

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
export interface NumaRecommendation {
  readonly rule: NumaRule;
  readonly pid: number;
  /** The thread that it is about; absent when it is the process. */
  readonly tid?: number;
  /** One sentence. */
  readonly summary: string;
  /** `now`: on the running process; `at_start`: when it is started again; `in_code`: in its source. */
  readonly when: 'now' | 'at_start' | 'in_code';
  readonly evidence: readonly EvidenceFact[];
  /** What the evidence lets one expect, and no more. */
  readonly expectedEffect: string;
  /** For a shell, to be run as it stands. */
  readonly command?: string;
  /** For the program's own source. */
  readonly call?: string;
  /** What it may break or cost. */
  readonly caution?: string;
}
