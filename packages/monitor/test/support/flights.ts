import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlightEvent, HFTResourceMonitor } from '@hftmon/monitor';

/** A directory of its own for recordings. */
export class FlightDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hftmon-flights-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Collects the recordings of a monitor, and waits for them. */
export class FlightLog {
  readonly events: FlightEvent[] = [];
  #wake: () => void = () => undefined;

  constructor(monitor: HFTResourceMonitor) {
    monitor.on('flight', (event) => {
      this.events.push(event);
      this.#wake();
    });
  }

  /** Settles when there are so many. */
  async count(wanted: number): Promise<readonly FlightEvent[]> {
    while (this.events.length < wanted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.events;
  }
}
