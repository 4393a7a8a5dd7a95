import {
  BroadcastCursor,
  History,
  FIRST_PLUGIN_KIND,
  silentLogger,
  type Collector,
  type SessionClock,
} from '@hftmon/core';
import type { Flight } from './read-flight.js';
import { RecordedSource } from './recorded-source.js';
import { RecordedTree } from './recorded-tree.js';

/**
 * Gives a collector the records of a recording, on the recorded clock and with the recorded names,
 * as a session would. It is closed when this returns and answers snapshots of what it found.
 * @throws MonitorError when the collector cannot be opened
 */
export function replayFlight<Config>(
  flight: Flight,
  collector: Collector<Config, never, unknown>,
  config: Config,
): void {
  using tree = new RecordedTree(flight);
  const { procRoot, sysRoot } = tree;
  const source = new RecordedSource(flight, { procRoot, sysRoot });
  const kinds = collector.meta.pluginKinds ?? [];
  const undo: (() => void)[] = [];
  try {
    collector.open(
      {
        clock: recordedClock(flight),
        log: silentLogger,
        source,
        history: new History(source.ring),
        writer: source.writer,
        procRoot,
        sysRoot,
        pluginKind: (name) => FIRST_PLUGIN_KIND + kinds.indexOf(name),
        onUndo: (step) => void undo.push(step),
      },
      config,
    );
    for (const target of flight.meta.targets) collector.attach?.(target);
    const cursor = new BroadcastCursor(source.ring, { from: 'oldest' });
    while (cursor.poll() > 0) {
      source.observe(cursor.batch);
      collector.onRecords?.(cursor.batch);
    }
    collector.sample?.(flight.meta.window.toNs, source.writer);
  } finally {
    collector.close();
    for (const step of undo.reverse()) step();
  }
}

/** Stands at the end of the window. */
function recordedClock({ meta }: Flight): SessionClock {
  const { epochWallMs } = meta.clock;
  const epochMonotonicNs = BigInt(meta.clock.epochMonotonicNs);
  return {
    epochMonotonicNs,
    nowNs: () => meta.window.toNs,
    toDate: (timestampNs) => new Date(epochWallMs + timestampNs / 1e6),
    toMonotonicNs: (timestampNs) => epochMonotonicNs + BigInt(Math.round(timestampNs)),
  };
}
