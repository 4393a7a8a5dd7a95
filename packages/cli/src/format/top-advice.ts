import type { HFTResourceMonitor, Recommendation } from '@hftmon/monitor';

/** Recommendations that are shown. */
const SHOWN = 3;

/**
 * What would win back most of the time that the spikes took.
 * @param pid - default: all watched processes
 */
export function topAdvice(monitor: HFTResourceMonitor, pid?: number): Recommendation[] {
  return monitor
    .getRecommendations()
    .filter((advice) => advice.lostNs !== undefined && (pid === undefined || advice.pid === pid))
    .slice(0, SHOWN);
}
