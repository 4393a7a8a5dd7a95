import {
  ConfigurationError,
  HardwareNotSupportedError,
  PermissionError,
  ProcessNotFoundError,
} from '@hftmon/core';
import { ExitCode } from '../exit-codes.js';

/** Exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigurationError) return ExitCode.Usage;
  if (error instanceof ProcessNotFoundError) return ExitCode.TargetGone;
  if (error instanceof PermissionError) return ExitCode.NotPossible;
  if (error instanceof HardwareNotSupportedError) return ExitCode.NotPossible;
  return ExitCode.CheckFailed;
}
