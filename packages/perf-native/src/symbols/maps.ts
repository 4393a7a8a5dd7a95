/** One line of /proc/PID/maps. */
export interface Mapping {
  /** First address. */
  readonly start: bigint;
  /** Address after the last. */
  readonly end: bigint;
  readonly executable: boolean;
  readonly writable: boolean;
  /** Where in the file the mapping begins, bytes. */
  readonly offset: bigint;
  /** Device of the file, as the kernel numbers it; 0:0 for anonymous memory. */
  readonly major: number;
  readonly minor: number;
  /** Inode of the file, 0 for anonymous memory. */
  readonly inode: bigint;
  /** Path without the " (deleted)" mark, or a name such as `[stack]`; empty for anonymous memory. */
  readonly path: string;
  /** The file had been unlinked or replaced when the map was read. */
  readonly deleted: boolean;
}

/** Which lines to keep. */
export interface ParseMapsOptions {
  /**
   * Keep only what can be executed: enough to symbolise, and a process with a hundred thousand
   * heap mappings costs next to nothing. Default false.
   */
  readonly executableOnly?: boolean;
}

const LINE =
  /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-])[sp] ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+)(?: +(.*))?$/;
const DELETED = ' (deleted)';

/** Parses the text of /proc/PID/maps. Lines of another shape are left out. */
export function parseMaps(text: string, options: ParseMapsOptions = {}): MemoryMap {
  const mappings: Mapping[] = [];
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, start, end, , write, execute, offset, major, minor, inode, name] = match;
    if (options.executableOnly === true && execute !== 'x') continue;
    const raw = unescapePath(name ?? '');
    const deleted = raw.startsWith('/') && raw.endsWith(DELETED);
    mappings.push({
      start: BigInt(`0x${start}`),
      end: BigInt(`0x${end}`),
      executable: execute === 'x',
      writable: write === 'w',
      offset: BigInt(`0x${offset}`),
      major: Number.parseInt(major as string, 16),
      minor: Number.parseInt(minor as string, 16),
      inode: BigInt(inode as string),
      path: deleted ? raw.slice(0, -DELETED.length) : raw,
      deleted,
    });
  }
  return new MemoryMap(mappings);
}

/** The mappings of a process, looked up by address. */
export class MemoryMap {
  readonly mappings: readonly Mapping[];

  constructor(mappings: readonly Mapping[]) {
    const sorted = [...mappings];
    sorted.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.mappings = sorted;
  }

  /** The mapping that holds the address. */
  find(address: bigint): Mapping | undefined {
    let low = 0;
    let high = this.mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.mappings[middle] as Mapping).start <= address) low = middle + 1;
      else high = middle;
    }
    const mapping = this.mappings[low - 1];
    return mapping !== undefined && address < mapping.end ? mapping : undefined;
  }
}

/** Where in the mapped file the byte at this address comes from. */
export function fileOffset(mapping: Mapping, address: bigint): number {
  return Number(address - mapping.start + mapping.offset);
}

/** The kernel writes a newline in a path as `\012` and leaves everything else alone. */
function unescapePath(path: string): string {
  return path.includes('\\012') ? path.replaceAll('\\012', '\n') : path;
}
