import { createError } from '@hftmon/core';
import { checkPollerCall, type PollerLibrary } from '../native/poller-bindings.js';

/** A native thread that keeps a CPU busy, from its making to its close. */
export class PollerThread {
  readonly #library: PollerLibrary;
  readonly #handle: unknown;
  /** For messages. */
  readonly #name: string;
  #state: 'made' | 'started' | 'closed' = 'made';

  /** Takes the handle over. */
  constructor(library: PollerLibrary, handle: unknown, name: string) {
    this.#library = library;
    this.#handle = handle;
    this.#name = name;
    openThreads.add(this);
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Once. @throws PermissionError `HFTMON_E_NOT_PERMITTED` when it may not have the priority */
  start(): void {
    if (this.#state !== 'made') {
      throw createError('HFTMON_E_SESSION_STATE', { operation: 'start', state: this.#state });
    }
    checkPollerCall(`starting the ${this.#name}`, this.#library.start(this.#handle));
    this.#state = 'started';
  }

  /** Ends it at once; its memory stays. Idempotent. */
  stop(): void {
    if (!this.isClosed) this.#library.stop(this.#handle);
  }

  /** Its memory goes. Idempotent. */
  close(): void {
    if (this.isClosed) return;
    this.#state = 'closed';
    openThreads.delete(this);
    this.#library.close(this.#handle);
  }

  memory(which: number): ArrayBuffer {
    const address = new BigUint64Array(1);
    const bytes = new BigUint64Array(1);
    const result = this.#library.memory(this.#handle, which, address, bytes);
    checkPollerCall(`memory of the ${this.#name}`, result);
    return this.#library.view(address[0]!, Number(bytes[0]));
  }
}

/** At exit the threads must be joined before the process tears its memory down. */
const openThreads = new Set<PollerThread>();

process.on('exit', () => {
  for (const thread of openThreads) thread.stop();
});
