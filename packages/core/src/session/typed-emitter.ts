import { messageOf } from '../errors/create-error.js';

/** A listener of one event. */
export type Listener<Event> = (event: Event) => void;

/**
 * Events by name, typed. A listener that throws neither disturbs the others nor the emitter.
 * An event without listeners is dropped, an `error` too.
 */
export class TypedEmitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #onThrow: (message: string) => void;

  /** @param onThrow - hears of listeners that threw */
  constructor(onThrow: (message: string) => void = () => undefined) {
    this.#onThrow = onThrow;
  }

  /** Adds a listener. @returns removes it */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()));
    listeners.add(listener);
    return () => this.off(name, listener);
  }

  off<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as Listener<Events[Name]>)(event);
      } catch (error) {
        this.#onThrow(`listener of '${String(name)}' threw: ${messageOf(error)}`);
      }
    }
  }
}
