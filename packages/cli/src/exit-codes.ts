/** Exit codes of every verb; the same in docs and help. */
export const ExitCode = {
  Ok: 0,
  /** A check that the user asked for failed. */
  CheckFailed: 1,
  /** The command line is wrong. */
  Usage: 2,
  /** Not permitted, or not supported on this host. */
  NotPossible: 3,
  /** The target does not exist, or ended before the time was up. */
  TargetGone: 4,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
