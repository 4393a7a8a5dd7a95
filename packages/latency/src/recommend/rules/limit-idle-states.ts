import type { Rule } from '../rule.js';
import { allOf, inOrder, writeCommand } from '../shell.js';

/** Exit latency up to which a state does no harm, us. */
const HARMLESS_US = 1;

/** Share of the time lost in a spike that leaving a state must be able to take. */
const LEAST_SHARE = 0.1;

/** Keep an idle CPU from sleeping so deeply that waking it takes long. */
export const limitIdleStates: Rule = ({ cpus, ns, spikes }, host) => {
  const [cpu] = cpus.keys();
  const folder = `${host.sysRoot}/devices/system/cpu/cpu${cpu}/cpuidle`;
  const states = host
    .list(folder)
    .filter((name) => /^state\d+$/.test(name))
    .flatMap((name) => {
      const number = (file: string): number => Number(host.read(`${folder}/${name}/${file}`));
      const [latencyUs, disabled] = [number('latency'), number('disable')];
      const label = host.read(`${folder}/${name}/name`)?.trim() ?? name;
      return latencyUs > HARMLESS_US && disabled === 0 ? [{ name, label, latencyUs }] : [];
    });
  const slowestNs = 1000 * Math.max(0, ...states.map(({ latencyUs }) => latencyUs));
  // Else it is something other that delays the wake-ups: a hypervisor, or interrupts that are off.
  if (states.length === 0 || slowestNs < (LEAST_SHARE * ns) / spikes) return undefined;
  const set = (value: number): string[] =>
    states.map(({ name }) => writeCommand(String(value), `${folder}/${name}/disable`));
  return {
    rule: 'limit-idle-states',
    summary: `threads wake late on CPU ${cpu}, which sleeps deeply while it is idle: keep it from that`,
    when: 'now',
    evidence: states.map(({ name, label, latencyUs }) => ({
      what: `exit latency of ${label} on CPU ${cpu}`,
      value: latencyUs * 1000,
      unit: 'ns',
      source: `${folder}/${name}/latency`,
    })),
    expectedEffect: 'at most these latencies are gone from each wake-up there',
    command: inOrder(set(1)),
    undo: allOf(set(0)),
    call: 'or keep /dev/cpu_dma_latency open with 0 written to it: for all CPUs, while it is open',
    caution:
      'lasts until the next boot; the CPU stays warm, which takes thermal headroom from its neighbours',
  };
};
