/** A telling that comes so much after the end of a disturbance is of something else, ns. */
const LATEST_NS = 1e9;

/**
 * How long after each disturbance it was told, ns: the first telling of a spike that ended with
 * it. `tellings` hold `heardNs`, and `endNs` of the spike by the kernel's clock where the tool
 * says it; the thread that disturbs has read its own end a little before it left the CPU.
 */
export function delays(bursts, tellings) {
  const result = [];
  const told = (at) => at.endNs ?? at.heardNs;
  // Several that are delivered together need not come in the order of their ends.
  tellings.sort((a, b) => told(a) - told(b));
  let next = 0;
  for (const { endNs, startNs } of bursts) {
    while (next < tellings.length && told(tellings[next]) < startNs) next++;
    const telling = tellings[next];
    if (telling === undefined || told(telling) > endNs + LATEST_NS) continue;
    result.push(telling.heardNs - (telling.endNs ?? endNs));
    next++;
  }
  return result;
}
