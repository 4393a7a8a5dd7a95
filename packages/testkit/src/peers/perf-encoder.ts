import { spawnSync } from 'node:child_process';
import type { Requirement } from '../requirements/requirements.js';

/** The kernel's perf tool, which has event tables of its own. */
export const perfTool: Requirement = () =>
  spawnSync('perf', ['--version']).status === 0 ? undefined : 'needs perf (linux-perf)';

/** What perf makes of an event's name; `undefined` when its tables do not have it. */
export type PerfAnswer = { readonly config: bigint; readonly config1: bigint } | undefined;

export interface PerfEncoderOptions {
  /** Model of the CPU as perf writes it: `GenuineIntel-6-55-4`, the MIDR on Arm. */
  readonly cpuid: string;
  /** Stands in for `/sys`: PMUs with formats that are right for the CPU. */
  readonly sysRoot: string;
  /** PMU to look in, where events of several have the same name. */
  readonly pmu?: string | undefined;
}

/**
 * Encodes events by the tables of perf, of a CPU that need not be this one: perf takes the table
 * from PERF_CPUID and the formats from SYSFS_PATH, and prints what it asks the kernel for. That
 * the kernel then refuses does not matter.
 */
export class PerfEncoder {
  readonly #env: NodeJS.ProcessEnv;
  readonly #pmu: string | undefined;

  constructor({ cpuid, sysRoot, pmu }: PerfEncoderOptions) {
    this.#env = { ...process.env, LC_ALL: 'C', SYSFS_PATH: sysRoot, PERF_CPUID: cpuid };
    this.#pmu = pmu;
  }

  /**
   * Encodes one event.
   * @throws when perf says neither what it opens nor that it does not know the event
   */
  encode(name: string): PerfAnswer {
    const event = this.#pmu === undefined ? name : `${this.#pmu}/${name}/`;
    const arguments_ = ['stat', '-vv', '-e', event, '--', 'true'];
    const { stderr } = spawnSync('perf', arguments_, { env: this.#env, encoding: 'utf8' });
    const [, attributes] = /^perf_event_attr:\n(.*?)^-+$/ms.exec(stderr) ?? [];
    if (attributes !== undefined) {
      const field = (label: string) =>
        BigInt(new RegExp(`^ +${label} +(\\w+)$`, 'm').exec(attributes)?.[1] ?? 0);
      return { config: field('config'), config1: field('(?:config1|{ bp_addr, config1 })') };
    }
    if (/event syntax error|Bad event name/.test(stderr)) return undefined;
    throw new Error(`perf stat -vv -e ${event}: ${stderr}`);
  }

  /** Encodes an event whose unit masks perf knows only one by one: all of them together. */
  encodeSum(names: readonly string[]): PerfAnswer {
    const sum = { config: 0n, config1: 0n };
    for (const name of names) {
      const answer = this.encode(name);
      if (answer === undefined) return undefined;
      sum.config |= answer.config;
      sum.config1 |= answer.config1;
    }
    return sum;
  }
}
