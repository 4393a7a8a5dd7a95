import type { ErrorCode, Refusal, Support, Tier } from '@hftmon/core';

/** A source that is not there, and what can be done about it. */
export type Absent = Refusal;

/** A source that is used. */
export type Present = Extract<Support, { ok: true }>;

/** Says why there is nothing. */
export function absent(code: ErrorCode, reason: string, remedy: string): Absent {
  return { ok: false, code, reason, remedy };
}

/** Says that the host does not offer something. */
export function unsupported(reason: string, remedy: string): Absent {
  return absent('HFTMON_E_UNSUPPORTED', reason, remedy);
}

/**
 * Says where numbers come from.
 * @param degraded - in what way they are less than they could be
 * @param remedy - what lifts that; absent where nothing does
 */
export function present(tier: Tier, source: string, degraded?: string, remedy?: string): Present {
  return {
    ok: true,
    tier,
    source,
    ...(degraded !== undefined && { degraded }),
    ...(remedy !== undefined && { remedy }),
  };
}
