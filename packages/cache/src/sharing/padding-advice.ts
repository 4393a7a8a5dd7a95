import type { LineLocation } from '../locate/line-location.js';
import type { LineUse, SharingVerdict } from './classify.js';

/** Bytes of a line that belong together. */
export interface ByteRange {
  /** Bytes from the start of the line. */
  readonly offset: number;
  readonly size: number;
  /** Threads that use it. */
  readonly tids: readonly number[];
}

/** What to do about a shared line. */
export interface PaddingAdvice {
  readonly text: string;
  /** The variable or memory that it concerns. */
  readonly object: string;
  /** Alignment that keeps data of different threads apart, bytes. */
  readonly alignBytes: number;
  /** Parts that should not lie on one line, in order. */
  readonly ranges: readonly ByteRange[];
}

/** The advice that a line's uses justify. */
export function paddingAdvice(
  verdict: SharingVerdict,
  uses: readonly LineUse[],
  location: LineLocation,
  lineBytes: number,
): PaddingAdvice {
  const ranges = rangesOf(uses);
  const object = location.name;
  const own = ranges.filter(({ tids }) => tids.length === 1);
  const common = ranges.filter(({ tids }) => tids.length > 1);
  const align = `alignas(${lineBytes})`;
  const texts: Record<SharingVerdict, string> = {
    false: `give each thread a line of its own: in ${object}, ${list(own)}; start each with ${align}`,
    mixed: `in ${object}, ${list(common)}; move away from there what one thread alone uses, each part with ${align}: ${list(own)}`,
    true: `in ${object}, ${list(common)}: padding does not help; write less often, or give each thread a copy`,
  };
  return { text: texts[verdict], object, alignBytes: lineBytes, ranges };
}

/** Adjoining or overlapping bytes of the same threads in one. */
function rangesOf(uses: readonly LineUse[]): ByteRange[] {
  const tidsOfByte = new Map<number, Set<number>>();
  for (const { tid, offset, size } of uses) {
    for (let byte = offset; byte < offset + size; byte++) {
      tidsOfByte.set(byte, (tidsOfByte.get(byte) ?? new Set()).add(tid));
    }
  }
  const ranges: ByteRange[] = [];
  for (const byte of [...tidsOfByte.keys()].sort((a, b) => a - b)) {
    const tids = [...(tidsOfByte.get(byte) as Set<number>)].sort((a, b) => a - b);
    const last = ranges.at(-1);
    const isSame = last?.tids.join() === tids.join() && last.offset + last.size === byte;
    if (last !== undefined && isSame) ranges[ranges.length - 1] = { ...last, size: last.size + 1 };
    else ranges.push({ offset: byte, size: 1, tids });
  }
  return ranges;
}

function list(ranges: readonly ByteRange[]): string {
  return ranges
    .map(({ offset, size, tids }) => {
      const bytes = size === 1 ? `byte ${offset}` : `bytes ${offset}-${offset + size - 1}`;
      return `${bytes} of thread${tids.length > 1 ? 's' : ''} ${tids.join(', ')}`;
    })
    .join('; ');
}
