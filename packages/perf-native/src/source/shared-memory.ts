import type { NativeSession } from '../native/native-session.js';
import { MEMORY } from '../layout.js';

/**
 * Reads the 64-bit little-endian field at a byte offset as a double (exact below 2^53). Programs
 * go on adding to it meanwhile: both halves are read before a carry from one to the other, or
 * after it. Atomics keep the three loads apart and in order.
 */
export function readU64At(view: Uint32Array, byteOffset: number): number {
  const word = byteOffset >>> 2;
  let high = Atomics.load(view, word + 1);
  for (;;) {
    const low = Atomics.load(view, word);
    const again = Atomics.load(view, word + 1);
    if (again === high) return low + high * 0x1_0000_0000;
    high = again;
  }
}

/** Views of what the probes and the pump share with us. Valid until the session closes. */
export class SharedMemory {
  readonly threads: Uint32Array;
  readonly cpus: Uint32Array;
  readonly sources: Uint32Array;
  readonly config: Uint32Array;
  readonly config64: BigUint64Array;
  readonly pump: Uint32Array;
  readonly markers: Uint32Array;
  readonly openSpans: Uint32Array;
  readonly probeCounts: Uint32Array;
  readonly history: ArrayBuffer;
  readonly input: ArrayBuffer;

  constructor(session: NativeSession) {
    this.threads = new Uint32Array(session.memory(MEMORY.threads));
    this.cpus = new Uint32Array(session.memory(MEMORY.cpus));
    this.sources = new Uint32Array(session.memory(MEMORY.sources));
    const config = session.memory(MEMORY.config);
    this.config = new Uint32Array(config);
    this.config64 = new BigUint64Array(config);
    this.pump = new Uint32Array(session.memory(MEMORY.pump));
    this.markers = new Uint32Array(session.memory(MEMORY.markers));
    this.openSpans = new Uint32Array(session.memory(MEMORY.open_spans));
    this.probeCounts = new Uint32Array(session.memory(MEMORY.probe_counts));
    this.history = session.memory(MEMORY.history);
    this.input = session.memory(MEMORY.input);
  }
}
