import type { Session } from '@hftmon/core';
import type { MonitorEvents } from '../monitor-events.js';

/** Where the events of a session go. */
export interface EventSink {
  emit<Name extends keyof MonitorEvents>(name: Name, event: MonitorEvents[Name]): void;
  /** A process ended: it is no longer attached. */
  forget(pid: number): void;
}

/** Passes the events of a session on as those of the monitor. */
export function connectEvents(session: Session, sink: EventSink): void {
  session.on('lost', (event) => sink.emit('lost', event));
  session.on('error', (event) => sink.emit('error', event));
  session.on('unsupported', (event) => sink.emit('unsupported', event));
  session.on('processExit', ({ target, timestampNs }) => {
    sink.forget(target.pid);
    const timestamp = session.clock.toDate(timestampNs);
    sink.emit('processExit', { pid: target.pid, comm: target.comm, timestampNs, timestamp });
  });
}
