import type { LatencySpike } from '../types/spike.js';
import { BoundedShares } from './bounded-shares.js';
import type { Contribution, ContributionFacts, Topic } from './contribution.js';

/** Time that the threads of one process lost to one culprit. */
export class Loss {
  readonly topic: Topic;
  readonly culprit: string;
  readonly pid: number;
  /** ns by thread that lost it. */
  readonly victims = new BoundedShares();
  /** ns by CPU where it was lost. */
  readonly cpus = new BoundedShares();
  /** ns by culprit task. */
  readonly tasks = new BoundedShares();
  /** Evidence of the longest contribution. */
  facts: ContributionFacts = {};
  /** The spike in which most was lost to it. */
  worst: { readonly id: number; readonly ns: number } | undefined;
  ns = 0;
  spikes = 0;
  #longestNs = 0;
  #latestSpike = 0;

  constructor(pid: number, { topic, culprit }: Contribution) {
    this.pid = pid;
    this.topic = topic;
    this.culprit = culprit;
  }

  /** @param sign - -1 takes back what was added before */
  add({ id, tid }: LatencySpike, contribution: Contribution, sign: 1 | -1): void {
    const { ns, cpu, facts } = contribution;
    this.ns += sign * ns;
    // One spike may lose time to a culprit in two ways.
    if (this.#latestSpike !== sign * id) this.spikes += sign;
    this.#latestSpike = sign * id;
    this.victims.add(tid, sign * ns);
    this.cpus.add(cpu, sign * ns);
    if (contribution.tid !== undefined) this.tasks.add(contribution.tid, sign * ns);
    if (sign < 0) {
      if (this.worst?.id === id) this.worst = undefined;
      return;
    }
    if (this.worst === undefined || ns > this.worst.ns) this.worst = { id, ns };
    if (ns < this.#longestNs) return;
    this.#longestNs = ns;
    this.facts = facts;
  }
}
