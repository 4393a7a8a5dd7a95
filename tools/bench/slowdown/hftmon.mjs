import { BroadcastCursor, RecordKind, kindAt, wordOfRecord } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';

const { Switch, Ran, Migrate, Task, ThreadStart, ThreadExit } = RecordKind;
export const SWITCH_KINDS = [Switch, Ran, Migrate, Task, ThreadStart, ThreadExit];
export const ALL_KINDS = Object.values(RecordKind).filter((kind) => kind !== RecordKind.Mark);

/** What `--threshold 10us` asks for: shorter absences are counted in the kernel, not emitted. */
const FILTER_NS = 10_000;

/** The usual delivery interval: JavaScript takes the records while the target runs. */
const INTERVAL_MS = 20;

export const hftmonModes = [
  { name: 'hftmon, every switch', tool: 'hftmon', id: 'every', attach: attach(SWITCH_KINDS) },
  {
    name: 'hftmon, minimum 10 µs',
    tool: 'hftmon',
    id: 'filtered',
    attach: attach(SWITCH_KINDS, { [Switch]: FILTER_NS, [Ran]: FILTER_NS }),
  },
  { name: 'hftmon, all kinds', tool: 'hftmon', id: 'all', attach: attach(ALL_KINDS) },
];

function attach(kinds, minDurationNs = {}) {
  return (pid, { cpus }) => {
    const source = new KernelEventSource();
    try {
      source.open(new Set(kinds), { cpuAffinity: cpus.housekeeping, minDurationNs });
      source.attach(pid);
      source.start();
    } catch (error) {
      source.close();
      throw error;
    }
    const cursor = new BroadcastCursor(source.ring, { from: 'oldest' });
    const counts = { switches: 0 };
    const read = () => countSwitches(cursor, counts);
    const timer = setInterval(read, INTERVAL_MS);
    return {
      end: (switches) => {
        clearInterval(timer);
        source.stop();
        read();
        const losses = source.losses();
        source.close();
        return judge(switches, counts.switches, cursor.lost, losses);
      },
    };
  };
}

function countSwitches(cursor, counts) {
  while (cursor.poll() > 0) {
    const { count, u32 } = cursor.batch;
    for (let i = 0; i < count; i++) if (kindAt(u32, wordOfRecord(i)) === Switch) counts.switches++;
  }
}

/**
 * Exact: each switch of the kernel's books arrived here as a record or was filtered. `lost` are
 * those that hftmon saw and could not keep; a switch that it never saw shows in the sum alone.
 */
function judge(switches, records, lostInRing, losses) {
  const { seen = 0, filtered = 0 } = losses.byKind.get(Switch) ?? {};
  const lost = losses.dropped + lostInRing;
  return {
    events: records,
    filtered,
    lost,
    exact: lost === 0 && seen === switches && records + filtered === switches,
  };
}
