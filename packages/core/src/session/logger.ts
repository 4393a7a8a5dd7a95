/** Where the host and its collectors report what is worth knowing but is no error. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}

/** Says nothing; the default. */
export const silentLogger: Logger = { debug: () => undefined, warn: () => undefined };
