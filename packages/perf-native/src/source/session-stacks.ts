import { NO_STACK, type StackFrame, type StackResolver } from '@hftmon/core';
import type { Symbolizer } from '../symbols/symbolizer.js';

/** Stacks remembered by id, so that they can be named after the session has closed. */
const REMEMBERED = 16_384;

/** Functions through which the kernel comes to a BPF program on a tracepoint. */
const OWN_FRAME = /^(bpf_prog_|bpf_trace_run|bpf_get_stackid|__bpf_trace_|__traceiter_)/;

/** Resolves the stack ids of a session's records. Ids stand for the same stack all session. */
export class SessionStacks implements StackResolver {
  readonly #symbolizer: Symbolizer;
  readonly #fetch: (id: number) => bigint[];
  readonly #known = new Map<number, readonly bigint[]>();

  constructor(symbolizer: Symbolizer, fetch: (id: number) => bigint[]) {
    this.#symbolizer = symbolizer;
    this.#fetch = fetch;
  }

  user(pid: number, stackId: number): StackFrame[] {
    return this.#symbolizer.user(pid, this.#addresses(stackId));
  }

  /** Without the frames of the probe that took the stack. */
  kernel(stackId: number): StackFrame[] {
    const frames = this.#symbolizer.kernel(this.#addresses(stackId));
    const first = frames.findIndex(({ symbol }) => symbol === undefined || !OWN_FRAME.test(symbol));
    return frames.slice(Math.max(first, 0));
  }

  kernelAddress(address: bigint): StackFrame {
    return this.#symbolizer.kernel([address])[0]!;
  }

  keep(stackId: number): void {
    this.#addresses(stackId);
  }

  #addresses(stackId: number): readonly bigint[] {
    if (stackId === NO_STACK) return [];
    const known = this.#known.get(stackId);
    if (known !== undefined) return known;
    const addresses = this.#fetch(stackId);
    if (addresses.length > 0 && this.#known.size < REMEMBERED) this.#known.set(stackId, addresses);
    return addresses;
  }
}
