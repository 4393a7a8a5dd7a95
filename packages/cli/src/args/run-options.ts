/** Options of verbs that watch something, as commander hands them over. */
export interface RunOptions extends OutputOptions, RootOptions {
  readonly pid?: readonly number[];
  /** `-d`, ns. */
  readonly duration?: number;
  readonly collectors?: readonly string[];
}

/** Options of every verb. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  /** `-o FILE`. */
  readonly output?: string;
}

/** Where to look instead of this host's own trees. */
export interface RootOptions {
  readonly procRoot?: string;
  readonly sysRoot?: string;
}

/** Form of the result. */
export type Format = 'text' | 'json' | 'jsonl';

export function formatOf(options: OutputOptions): Format {
  if (options.jsonl === true) return 'jsonl';
  return options.json === true ? 'json' : 'text';
}
