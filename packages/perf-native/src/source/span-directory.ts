import type { NameCounts, SpanOrigins } from '@hftmon/core';
import { SPAN_PROBE_LIMITS } from '../layout.js';
import type { MarkerFollower } from '../marker/marker-follower.js';
import { LoopWatch } from '../runtimes/loop-watch.js';
import type { SpanProbeFollower } from '../span-probes/span-probe-follower.js';

/** Where spans come from: areas of marks, probes, and event loops. */
export class SpanDirectory implements SpanOrigins {
  readonly #marks: MarkerFollower;
  readonly #probes: SpanProbeFollower | undefined;
  readonly #loops: LoopWatch | undefined;

  constructor(
    marks: MarkerFollower,
    probes: SpanProbeFollower | undefined,
    loops: LoopWatch | undefined,
  ) {
    this.#marks = marks;
    this.#probes = probes;
    this.#loops = loops;
  }

  list() {
    return this.#marks.list();
  }

  refused() {
    return this.#marks.refused();
  }

  probes() {
    return this.#probes?.list() ?? [];
  }

  pidOf(origin: number): number | undefined {
    return this.#of(origin)?.pidOf(origin);
  }

  nameOf(origin: number, name: number): string | undefined {
    return this.#of(origin)?.nameOf(origin, name);
  }

  countsOf(origin: number, name: number): NameCounts {
    return this.#of(origin)?.countsOf(origin, name) ?? { spans: 0, open: 0, errors: 0 };
  }

  #of(origin: number): MarkerFollower | SpanProbeFollower | LoopWatch | undefined {
    if (LoopWatch.has(origin)) return this.#loops;
    return origin < SPAN_PROBE_LIMITS.firstOrigin ? this.#marks : this.#probes;
  }
}
