import { ProcessNotFoundError, type Session } from '@hftmon/core';
import { leftAloneBy, type AttachedProcess } from './attached-process.js';

/**
 * Gives a process that is attached already to a new session.
 * @returns false when it has ended since, whether its pid was taken by another one or not
 * @throws MonitorError as `Session.attach`
 */
export function attachAgain(process: AttachedProcess, session: Session): boolean {
  try {
    const without = leftAloneBy(process.options);
    const { startTimeTicks } = session.attach(process.pid, { without });
    if (startTimeTicks === process.startTimeTicks) return true;
    session.detach(process.pid);
  } catch (error) {
    if (!(error instanceof ProcessNotFoundError)) throw error;
  }
  return false;
}
