/** A fact that an error carries. */
export type ErrorFact = string | number | bigint | boolean | undefined;
export type ErrorFacts = Readonly<Record<string, ErrorFact>>;

/** What the constructor of an error class takes. */
export interface MonitorErrorInit {
  /** Stable code, `HFTMON_E_…`; every one is listed in docs/errors.md. */
  readonly code: string;
  /** What is wrong, with the remedy. */
  readonly message: string;
  /** What the user can do about it. */
  readonly remedy: string;
  /** Also fields of the error, by the same names. */
  readonly facts?: ErrorFacts;
  readonly cause?: unknown;
}

/**
 * Base of all errors thrown by hftmon: a stable `code`, the facts as fields, the `cause`, and
 * the remedy in the message. The brand, not the prototype, decides `isMonitorError`, so that two
 * copies of the package in one process understand each other.
 */
export class MonitorError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly facts: ErrorFacts;

  constructor(init: MonitorErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
    this.remedy = init.remedy;
    this.facts = Object.freeze({ ...init.facts });
    for (const [name, value] of Object.entries(this.facts)) {
      if (!(name in this)) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }

  /** The brand; shared by every copy of the package. */
  get [Symbol.for('hftmon.error')](): true {
    return true;
  }
}

/** An option, argument or definition is wrong. */
export class ConfigurationError extends MonitorError {}

/** The process may not do what was asked. */
export class PermissionError extends MonitorError {}

/** There is no such process to monitor (any more). */
export class ProcessNotFoundError extends MonitorError {}

/** The host (kernel, hardware or build) does not offer what was asked. */
export class HardwareNotSupportedError extends MonitorError {}

/** Is this an error of hftmon, from whichever copy of the package? */
export function isMonitorError(value: unknown): value is MonitorError {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Record<symbol, unknown>)[Symbol.for('hftmon.error')] === true
  );
}
