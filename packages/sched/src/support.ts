import type { Support, Tier } from '@hftmon/core';

/** Where something comes from. */
export function present(tier: Tier, source: string, degraded?: string): Support {
  return { ok: true, tier, source, ...(degraded !== undefined && { degraded }) };
}

/** Why something is not there, and what to do about it. */
export function absent(reason: string, remedy: string): Support {
  return { ok: false, code: 'HFTMON_E_UNSUPPORTED', reason, remedy };
}
