import type { Support } from '@hftmon/core';

/** A value with its source, or nothing with the reason. */
export interface Measured<Value> {
  readonly value: Value | undefined;
  readonly support: Support;
}
