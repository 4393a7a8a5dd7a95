import {
  createError,
  RecordKind,
  type RuntimeState,
  type SpanOrigins,
  type SpanProbe,
} from '@hftmon/core';
import { GROUP } from '../layout.js';
import { MarkerFollower } from '../marker/marker-follower.js';
import type { NativeSession } from '../native/native-session.js';
import { LoopWatch } from '../runtimes/loop-watch.js';
import { RuntimeFollower } from '../runtimes/runtime-follower.js';
import { SpanProbeFollower } from '../span-probes/span-probe-follower.js';
import { wantsRuntimes, wantsSpanProbes } from './native-options.js';
import type { SessionRequest } from './session-request.js';
import type { SharedMemory } from './shared-memory.js';
import { SpanDirectory } from './span-directory.js';

/** Follows what target processes do outside of the kernel: marks, probed functions, runtimes. */
export class UserSpaceFollower {
  /** Only where spans are asked for; also after `close`. */
  readonly spanOrigins: SpanOrigins | undefined;
  /** Only where spans are asked for. */
  readonly #marks: MarkerFollower | undefined;
  /** Only where they are asked for. */
  readonly #probes: SpanProbeFollower | undefined;
  /** Only where they are asked for, and the kernel has uprobes. */
  readonly #runtimes: RuntimeFollower | undefined;

  /** @throws ConfigurationError `HFTMON_E_CONFIG_INVALID` */
  constructor(
    session: NativeSession,
    memory: SharedMemory,
    { kinds, options, groups, environment }: SessionRequest,
  ) {
    const { procRoot, sysRoot } = environment;
    const hasSpans = kinds.has(RecordKind.Span);
    const loops = hasSpans && (groups & GROUP.syscall) !== 0 ? new LoopWatch(memory) : undefined;
    if (wantsSpanProbes(kinds, options)) {
      const { spanProbes = [] } = options;
      this.#probes = new SpanProbeFollower(session.spanProbes(), memory, procRoot, spanProbes);
    }
    if (hasSpans) {
      this.#marks = new MarkerFollower(session.markers(), memory.markers, procRoot);
      this.spanOrigins = new SpanDirectory(this.#marks, this.#probes, loops);
    }
    if (wantsRuntimes(kinds, sysRoot)) {
      this.#runtimes = new RuntimeFollower(session.spanProbes(), loops, procRoot);
    }
  }

  /** Are there marks to be read? No kernel event tells of them. */
  get hasMarks(): boolean {
    return this.#marks !== undefined;
  }

  /** Targets that run V8; absent where it can't be seen at work. */
  get runtimes(): readonly RuntimeState[] | undefined {
    return this.#runtimes?.list();
  }

  /** @throws MonitorError as `SpanProbeFollower.follow`; what was done by then is for `forget` */
  follow(pid: number): void {
    this.#probes?.follow(pid);
    this.#marks?.follow(pid);
    this.#runtimes?.follow(pid);
  }

  /** Follows marks and runtimes of these besides, and lets go of those that are none any more. */
  followChildren(pids: readonly number[]): void {
    this.#marks?.followChildren(pids);
    this.#runtimes?.followChildren(pids);
  }

  /** @throws MonitorError as `SpanProbeFollower.add`; `HFTMON_E_CONFIG_INVALID` without `spanProbes` */
  addSpanProbe(probe: SpanProbe): void {
    if (this.#probes !== undefined) {
      this.#probes.add(probe);
      return;
    }
    throw createError('HFTMON_E_CONFIG_INVALID', {
      option: 'spanProbes',
      value: 'absent',
      expected: 'a list, which may be empty, where probes are added later',
    });
  }

  /** Looks for what targets have made, loaded or become since. */
  look(): void {
    this.#marks?.look();
    this.#probes?.look();
    this.#runtimes?.look();
  }

  forget(pid: number): void {
    this.#marks?.forget(pid);
    this.#probes?.forget(pid);
    this.#runtimes?.forget(pid);
  }

  /** Lets go of everything; what was seen stays to be asked for. */
  close(): void {
    this.#marks?.close();
    this.#probes?.close();
    this.#runtimes?.close();
  }
}
