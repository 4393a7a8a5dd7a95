import { Pieces } from '../detect/pieces.js';
import { isStall } from '../observe/interval-type.js';
import { DISORDER_NS } from './places.js';
import type { Scene } from './scene.js';

/** The stalls in that time, cut to it, in the order of their starts. */
export function stallPieces({ log }: Scene, startNs: number, endNs: number): Pieces {
  const pieces = new Pieces();
  for (let sequence = log.head - 1; sequence >= log.oldest; sequence--) {
    const base = log.baseOf(sequence);
    const start = log.startOf(base);
    const end = log.endOf(base);
    if (end < startNs - DISORDER_NS) break;
    if (end <= startNs || start >= endNs || !isStall(log.typeOf(base))) continue;
    const i = pieces.claim(base, sequence);
    pieces.start[i] = Math.max(start, startNs);
    pieces.end[i] = Math.min(end, endNs);
  }
  pieces.sort();
  return pieces;
}
