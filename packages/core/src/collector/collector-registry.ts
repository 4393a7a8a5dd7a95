import { createError } from '../errors/create-error.js';
import { FIRST_PLUGIN_KIND, LAST_KIND } from '../record/record-kind.js';
import type { Collector } from './collector.js';
import { validateCollector } from './validate-collector.js';

/** A collector with the options that `open` will get. */
export interface RegisteredCollector {
  readonly collector: Collector;
  readonly config: Readonly<unknown>;
}

/** The collectors of one monitor, by name, and the numbers of their own record kinds. */
export class CollectorRegistry {
  readonly #entries = new Map<string, RegisteredCollector>();
  readonly #pluginKinds = new Map<string, { readonly owner: string; readonly kind: number }>();

  /**
   * Adds a collector.
   * @param config - its options; frozen
   * @throws ConfigurationError when its metadata is wrong, or its name or a kind of it is taken
   */
  register<Config>(
    collector: Collector<Config, never, unknown>,
    config: Config = {} as Config,
  ): this {
    const plain = collector as unknown as Collector;
    validateCollector(plain);
    const { name, pluginKinds = [] } = plain.meta;
    if (this.#entries.has(name)) {
      throw createError('HFTMON_E_COLLECTOR_DUPLICATE', { collector: name });
    }
    // Checked before any is taken, so that a refused collector leaves nothing behind.
    for (const kind of pluginKinds) this.#checkKind(name, kind, pluginKinds.length);
    for (const kind of pluginKinds) {
      this.#pluginKinds.set(kind, {
        owner: name,
        kind: FIRST_PLUGIN_KIND + this.#pluginKinds.size,
      });
    }
    this.#entries.set(name, { collector: plain, config: Object.freeze(config) });
    return this;
  }

  /** Collectors in the order of their registration. */
  list(): RegisteredCollector[] {
    return [...this.#entries.values()];
  }

  /** @throws ConfigurationError `HFTMON_E_COLLECTOR_UNKNOWN` */
  get(name: string): RegisteredCollector {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    const known = [...this.#entries.keys()].join(', ') || 'none';
    throw createError('HFTMON_E_COLLECTOR_UNKNOWN', { collector: name, known });
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * Number of a record kind that a collector declared.
   * @throws ConfigurationError `HFTMON_E_PLUGIN_KIND_UNKNOWN`
   */
  pluginKind(collector: string, kind: string): number {
    const entry = this.#pluginKinds.get(kind);
    if (entry?.owner === collector) return entry.kind;
    throw createError('HFTMON_E_PLUGIN_KIND_UNKNOWN', { collector, kind });
  }

  #checkKind(collector: string, kind: string, wanted: number): void {
    const owner = this.#pluginKinds.get(kind)?.owner;
    if (owner !== undefined) {
      throw createError('HFTMON_E_PLUGIN_KIND_DUPLICATE', { collector, kind, owner });
    }
    if (FIRST_PLUGIN_KIND + this.#pluginKinds.size + wanted - 1 > LAST_KIND) {
      throw createError('HFTMON_E_PLUGIN_KINDS_EXHAUSTED', { collector, kind });
    }
  }
}
