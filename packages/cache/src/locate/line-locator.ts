import type { DataPlace, DataSymbols, MemoryMap } from '@hftmon/perf-native';
import type { LineLocation } from './line-location.js';

/** A thread and where its stack was when it was sampled. */
export interface ThreadStack {
  readonly tid: number;
  readonly stackPointer: number;
}

/** Finds what lines of a live process are part of. */
export class LineLocator {
  readonly #symbols: DataSymbols;

  constructor(symbols: DataSymbols) {
    this.#symbols = symbols;
  }

  /**
   * @param addresses - of bytes that are used, by the line that they are in: a variable may begin
   *   in the middle of its line
   */
  locate(
    pid: number,
    lines: ReadonlyMap<number, readonly number[]>,
    stacks: readonly ThreadStack[],
  ): Map<number, LineLocation> {
    let map: MemoryMap;
    try {
      map = this.#symbols.readMap(pid);
    } catch (error) {
      const unknown: LineLocation = { kind: 'unknown', name: refusal(pid, error) };
      return new Map([...lines.keys()].map((line) => [line, unknown]));
    }
    const found = [...lines].map(([line, used]): [number, LineLocation] => {
      const places = used.map((address) => this.#symbols.find(pid, map, BigInt(address)));
      const place = places.find((candidate) => candidate?.symbol !== undefined) ?? places[0];
      return [line, describe(line, place, map, stacks)];
    });
    return new Map(found);
  }
}

function describe(
  line: number,
  place: DataPlace | undefined,
  map: MemoryMap,
  stacks: readonly ThreadStack[],
): LineLocation {
  if (place === undefined) return { kind: 'unknown', name: 'memory that is no longer mapped' };
  if (place.symbol !== undefined) {
    const { name: symbol, start, size: symbolBytes, module } = place.symbol;
    const symbolOffset = line - Number(start);
    const name = symbolOffset === 0 ? symbol : `${symbol}${signedHex(symbolOffset)}`;
    return { kind: 'variable', name, symbol, symbolOffset, symbolBytes, module };
  }
  const { path } = place.mapping;
  const owner = stacks.find(({ stackPointer }) => map.find(BigInt(stackPointer)) === place.mapping);
  if (path === '[stack]' || (owner !== undefined && !path.startsWith('/'))) {
    return owner === undefined
      ? { kind: 'stack', name: 'stack of the main thread' }
      : { kind: 'stack', name: `stack of thread ${owner.tid}`, tid: owner.tid };
  }
  if (path === '[heap]') return { kind: 'heap', name: 'heap' };
  if (path.startsWith('/')) return { kind: 'file', name: path, module: path };
  const label = /^\[anon:(.*)\]$/.exec(path)?.[1];
  return { kind: 'anonymous', name: label ?? 'anonymous memory' };
}

function signedHex(offset: number): string {
  return `${offset < 0 ? '-' : '+'}0x${Math.abs(offset).toString(16)}`;
}

function refusal(pid: number, error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM'
    ? `the memory map of process ${pid} may not be read (CAP_SYS_PTRACE is missing)`
    : `process ${pid} has ended`;
}
