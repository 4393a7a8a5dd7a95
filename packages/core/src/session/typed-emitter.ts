import { messageOf } from '../errors/create-error.js';

/** A listener of one event. */
export type Listener<Event> = (event: Event) => void;

/**
 * Events by name, typed. A listener that throws neither disturbs the others nor the emitter.
 * An event without listeners is dropped, an `error` too.
 */
export class TypedEmitter<Events extends object> {
  /** Lists are replaced, never changed: one that is being told is told as it was. */
  readonly #listeners = new Map<keyof Events, readonly Listener<never>[]>();
  readonly #onThrow: (message: string) => void;

  /** @param onThrow - hears of listeners that threw */
  constructor(onThrow: (message: string) => void = () => undefined) {
    this.#onThrow = onThrow;
  }

  /** Adds a listener. @returns removes it */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? [];
    if (!listeners.includes(listener)) this.#listeners.set(name, [...listeners, listener]);
    return () => this.off(name, listener);
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    const listeners = this.#listeners.get(name) ?? [];
    this.#listeners.set(
      name,
      listeners.filter((each) => each !== listener),
    );
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (let i = 0; i < listeners.length; i++) {
      try {
        (listeners[i] as Listener<Events[Name]>)(event);
      } catch (error) {
        this.#onThrow(`listener of '${String(name)}' threw: ${messageOf(error)}`);
      }
    }
  }
}
