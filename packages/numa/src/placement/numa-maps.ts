import { parseCpuList } from '@hftmon/perf-native';
import { POLICY, policyOf, type MemoryPolicy } from './memory-policy.js';

/** What a mapping holds. */
export type MappingKind = 'heap' | 'stack' | 'file' | 'anonymous';

/** One mapping of a process as /proc/PID/numa_maps shows it. */
export interface NumaMapping {
  /** First address; exact, for user addresses stay below 2^53 or are multiples of a page. */
  readonly start: number;
  readonly policy: MemoryPolicy;
  readonly kind: MappingKind;
  /** File that is mapped; absent for anonymous memory. */
  readonly file?: string;
  /** Pages by node: of `pageBytes` each, and only those in memory. */
  readonly pagesByNode: ReadonlyMap<number, number>;
  /** Size of the pages counted: 4 KiB also where the kernel maps 2 MiB at once (THP). */
  readonly pageBytes: number;
  /** Mapped with hugetlbfs pages. */
  readonly hugetlb: boolean;
  /** Pages without a file behind them: private to the process, or shared by fork. */
  readonly anonymousPages: number;
  /** Most processes that map one of the pages; 1 when nobody else does. */
  readonly mostSharers: number;
}

const LINE = /^(?<start>[0-9a-f]+) (?<rest>.+)$/;
const NODE_PAGES = /^N(\d+)=(\d+)$/;

/**
 * Parses the text of /proc/PID/numa_maps (Documentation/filesystems/proc.rst). Lines of another
 * shape are left out.
 */
export function parseNumaMaps(text: string): NumaMapping[] {
  const mappings: NumaMapping[] = [];
  for (const line of text.split('\n')) {
    const groups = LINE.exec(line)?.groups;
    const policy = groups === undefined ? null : POLICY.exec(groups['rest']!);
    if (groups === undefined || policy === null) continue;
    const start = Number.parseInt(groups['start']!, 16);
    const words = groups['rest']!.slice(policy[0].length).trim().split(' ');
    mappings.push(mappingOf(start, policyOf(policy.groups!, parseCpuList), words));
  }
  return mappings;
}

function mappingOf(start: number, policy: MemoryPolicy, words: readonly string[]): NumaMapping {
  const pagesByNode = new Map<number, number>();
  let file: string | undefined;
  let kind: MappingKind = 'anonymous';
  let hugetlb = false;
  let anonymousPages = 0;
  let mostSharers = 1;
  let pageBytes = 4096;
  for (const word of words) {
    const node = NODE_PAGES.exec(word);
    if (node !== null) pagesByNode.set(Number(node[1]), Number(node[2]));
    else if (word === 'heap' || word === 'stack') kind = word;
    else if (word === 'huge') hugetlb = true;
    else {
      const [key, value = ''] = word.split('=', 2);
      if (key === 'file') {
        kind = 'file';
        file = unescapePath(value);
      } else if (key === 'anon') anonymousPages = Number(value);
      else if (key === 'mapmax') mostSharers = Number(value);
      else if (key === 'kernelpagesize_kB') pageBytes = Number(value) * 1024;
    }
  }
  return {
    start,
    policy,
    kind,
    ...(file !== undefined && { file }),
    pagesByNode,
    pageBytes,
    hugetlb,
    anonymousPages,
    mostSharers,
  };
}

/** The kernel writes space, tab, newline, `=` and backslash in a path as octal escapes. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
