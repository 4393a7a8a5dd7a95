import { ERROR_TABLE, type ErrorClassName, type ErrorCode, type ErrorRow } from './error-table.js';
import {
  ConfigurationError,
  HardwareNotSupportedError,
  MonitorError,
  PermissionError,
  ProcessNotFoundError,
  isMonitorError,
  type ErrorFacts,
  type MonitorErrorInit,
} from './monitor-error.js';

const CLASSES: Readonly<Record<ErrorClassName, new (init: MonitorErrorInit) => MonitorError>> = {
  MonitorError,
  ConfigurationError,
  PermissionError,
  ProcessNotFoundError,
  HardwareNotSupportedError,
};

/**
 * The error of a code, with its templates filled from the facts. The message is one line: what,
 * then the remedy.
 */
export function createError(
  code: ErrorCode,
  facts: ErrorFacts = {},
  options: { readonly cause?: unknown } = {},
): MonitorError {
  const row: ErrorRow = ERROR_TABLE[code];
  const remedy = fill(row.remedy, facts);
  const message = `${fill(row.what, facts)}. Remedy: ${remedy}`;
  return new CLASSES[row.type]({ code, message, remedy, facts, cause: options.cause });
}

/** The error itself when it is one of hftmon, else wrapped as `HFTMON_E_INTERNAL`. */
export function toMonitorError(error: unknown, operation: string): MonitorError {
  if (isMonitorError(error)) return error;
  return createError(
    'HFTMON_E_INTERNAL',
    { operation, detail: messageOf(error) },
    { cause: error },
  );
}

/** Message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Message of an error without the remedy that it ends with, for where the two stand apart. */
export function reasonOf({ message, remedy }: MonitorError): string {
  const ending = `. Remedy: ${remedy}`;
  return message.endsWith(ending) ? message.slice(0, -ending.length) : message;
}

/** Names of the facts that a template uses. */
export function factsOf(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
}

function fill(template: string, facts: ErrorFacts): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    facts[name] === undefined ? whole.slice(1, -1) : String(facts[name]),
  );
}
