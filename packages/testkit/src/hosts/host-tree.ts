import { expandPath, fillIn } from './expand-path.js';

/** A file, directory or symbolic link of a described host. */
export interface HostEntry {
  readonly type: 'file' | 'directory' | 'link' | 'tracepoints';
  /** Begins with `proc/` or `sys/`. */
  readonly path: string;
  /** Text of a file, target of a link, names of tracepoints; empty for a directory. */
  readonly text: string;
}

/** A described host: see the README beside the descriptions for the format. */
export interface HostTree {
  /** What kind of host it is. */
  readonly host: string;
  /** Where its files come from: documents they were written from, or what they were captured on. */
  readonly origins: readonly string[];
  readonly entries: readonly HostEntry[];
}

const HEADER = /^(host|origin): (.+)$/;
const ONE_LINE = /^(?<path>\S+) = ?(?<text>.*)$/;
const BLOCK = /^(?<path>\S+)(?: \*(?<repeat>\[\S+\]))? (?<marker><<|<<tracepoints)$/;
const LINK = /^(?<path>\S+) -> (?<target>\S+)$/;
const DIRECTORY = /^(?<path>\S+)\/$/;
const END_OF_BLOCK = '>>';

/** Reads a description. @throws Error naming the line that is none of the format */
export function parseHostTree(text: string): HostTree {
  const lines = text.split('\n');
  let host = '';
  const origins: string[] = [];
  const entries = new Map<string, HostEntry>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '' || line.startsWith('#')) continue;
    const header = HEADER.exec(line);
    const block = BLOCK.exec(line)?.groups;
    if (header?.[1] === 'host') host = header[2] ?? '';
    else if (header?.[1] === 'origin') origins.push(header[2] ?? '');
    else if (block !== undefined) {
      const end = lines.indexOf(END_OF_BLOCK, i);
      if (end < 0) throw new Error(`line ${i + 1}: the block of ${block['path']} has no end`);
      const body = lines.slice(i + 1, end).map((inner) => `${inner}\n`);
      addBlock(entries, block, body.join(''));
      i = end;
    } else if (!addLine(entries, line)) throw new Error(`line ${i + 1}: "${line}" is no entry`);
  }
  if (host === '' || origins.length === 0) throw new Error('host and origin are needed');
  return { host, origins, entries: [...entries.values()] };
}

type Entries = Map<string, HostEntry>;

function addBlock(entries: Entries, block: Record<string, string>, body: string): void {
  const { path = '', repeat, marker } = block;
  const type = marker === '<<' ? 'file' : 'tracepoints';
  if (repeat === undefined) addExpanded(entries, type, path, body);
  else {
    const copies = expandPath(repeat).map(({ numbers }) => fillIn(body, numbers));
    add(entries, { type, path, text: copies.join('') });
  }
}

function addLine(entries: Entries, line: string): boolean {
  const file = ONE_LINE.exec(line)?.groups;
  const link = LINK.exec(line)?.groups;
  const directory = DIRECTORY.exec(line)?.groups;
  if (file !== undefined) addExpanded(entries, 'file', file['path'] ?? '', `${file['text']}\n`);
  else if (link !== undefined) {
    addExpanded(entries, 'link', link['path'] ?? '', link['target'] ?? '');
  } else if (directory !== undefined) {
    addExpanded(entries, 'directory', directory['path'] ?? '', '');
  } else return false;
  return true;
}

function addExpanded(
  entries: Entries,
  type: HostEntry['type'],
  pattern: string,
  text: string,
): void {
  for (const { path, numbers } of expandPath(pattern)) {
    add(entries, { type, path, text: fillIn(text, numbers) });
  }
}

/** What is said again of a file is added to its end. */
function add(entries: Entries, entry: HostEntry): void {
  const before = entries.get(entry.path);
  entries.set(entry.path, before ? { ...entry, text: before.text + entry.text } : entry);
}
