import {
  isMonitorError,
  refusalOf,
  type MetricSupport,
  type ProbeEnvironment,
  type Refusal,
  type Support,
} from '@hftmon/core';
import { SmiCounter, smiSupport } from '../noise/smi-counter.js';
import {
  lostThrottles,
  noThrottles,
  onlineCpus,
  readThrottles,
  throttlesBetween,
  type ThrottleLevel,
} from './throttle-counts.js';

const LEVELS = ['core', 'package'] as const;

/** Values of the metrics that hardware counts; those that can't be had are left out. */
export interface HardwareMetrics {
  readonly smi_count?: number;
  readonly core_throttles?: number;
  readonly package_throttles?: number;
}

/** Where these metrics come from, as far as it can be seen without opening a counter. */
export function hardwareSupport({ sysRoot }: ProbeEnvironment): MetricSupport {
  const throttles = (level: ThrottleLevel): Support =>
    readThrottles(level, sysRoot).size === 0
      ? noThrottles(level, sysRoot)
      : { ok: true, tier: 'procfs', source: `cpu*/thermal_throttle/${level}_throttle_count` };
  return new Map([
    ['smi_count', smiSupport(sysRoot)],
    ['core_throttles', throttles('core')],
    ['package_throttles', throttles('package')],
  ]);
}

/**
 * What the hardware did to the CPUs of the host during a session. A receipt can't name it: the
 * counts say how often, not when.
 */
export class HardwareCounts {
  readonly #sysRoot: string;
  readonly #smis: readonly SmiCounter[];
  readonly #throttlesBefore = new Map<ThrottleLevel, ReadonlyMap<number, number>>();
  #smiCount: number | undefined;
  #unread: Refusal | undefined;
  #throttles: ReadonlyMap<ThrottleLevel, number | undefined> | undefined;

  constructor(sysRoot: string) {
    this.#sysRoot = sysRoot;
    this.#smis = smiSupport(sysRoot).ok
      ? onlineCpus(sysRoot).map((cpu) => new SmiCounter(cpu, sysRoot))
      : [];
    for (const level of LEVELS) this.#throttlesBefore.set(level, readThrottles(level, sysRoot));
  }

  /** Why there is no count of what {@link hardwareSupport} says is counted. */
  get support(): MetricSupport {
    const answers = new Map<string, Support>();
    // The first CPU whose counter could not be opened.
    const refused = this.#unread ?? this.#smis.find(({ support }) => !support.ok)?.support;
    if (refused !== undefined) answers.set('smi_count', refused);
    for (const [level, count] of this.#throttles ?? this.#countThrottles()) {
      const counted = this.#throttlesBefore.get(level)!.size > 0;
      if (counted && count === undefined) answers.set(`${level}_throttles`, lostThrottles(level));
    }
    return answers;
  }

  /** SMIs are left out until it is closed: each reading interrupts all CPUs. */
  get metrics(): HardwareMetrics {
    const throttles = this.#throttles ?? this.#countThrottles();
    const [core, ofPackage] = LEVELS.map((level) => throttles.get(level));
    return {
      ...(this.#smiCount === undefined ? {} : { smi_count: this.#smiCount }),
      ...(core === undefined ? {} : { core_throttles: core }),
      ...(ofPackage === undefined ? {} : { package_throttles: ofPackage }),
    };
  }

  /** Takes the last readings. Idempotent. */
  close(): void {
    if (this.#throttles !== undefined) return;
    this.#throttles = this.#countThrottles();
    this.#smiCount = this.#countSmis();
    for (const smis of this.#smis) smis[Symbol.dispose]();
  }

  #countSmis(): number | undefined {
    let sum: number | undefined;
    try {
      for (const smis of this.#smis) {
        const { value } = smis.count();
        if (value === undefined) return undefined;
        sum = (sum ?? 0) + value;
      }
    } catch (error) {
      if (!isMonitorError(error)) throw error;
      this.#unread = refusalOf(error); // its CPU went offline
      return undefined;
    }
    return sum;
  }

  #countThrottles(): ReadonlyMap<ThrottleLevel, number | undefined> {
    return new Map(
      LEVELS.map((level) => {
        const before = this.#throttlesBefore.get(level)!;
        return [level, throttlesBetween(before, readThrottles(level, this.#sysRoot))];
      }),
    );
  }
}
