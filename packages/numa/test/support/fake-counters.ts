import type { SystemCounter, SystemEvent } from '@hftmon/perf-native';
import type { OpenCounter } from '../../src/bandwidth/counted-turn.js';

/** Counters that count what the test says, and are counted themselves. */
export class FakeCounters {
  readonly opened: SystemEvent[] = [];
  closed = 0;
  /** Counts per event and read, and the share of the time that they were counted. */
  step = 0;
  share = 1;
  refuseFrom = Infinity;

  readonly open: OpenCounter = (event) => {
    if (this.opened.length >= this.refuseFrom) {
      const reason = 'the kernel does not let this process count';
      return { ok: false, code: 'HFTMON_E_NOT_PERMITTED', reason, remedy: 'run as root' };
    }
    this.opened.push(event);
    const state = { value: 0, enabledNs: 0, runningNs: 0 };
    const counter = {
      ...state,
      read: () => {
        counter.value += this.step * this.share;
        counter.enabledNs += 1e9;
        counter.runningNs += 1e9 * this.share;
      },
      close: () => void this.closed++,
    };
    return { ok: true, counter: counter as unknown as SystemCounter };
  };
}
