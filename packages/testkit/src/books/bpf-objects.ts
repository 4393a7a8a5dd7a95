import { readFileSync } from 'node:fs';
import { parseKeyValues } from './key-values.js';
import { listFds, listProcesses } from './process.js';

/** A file descriptor of a process that holds a BPF object. */
export interface BpfFd {
  readonly pid: number;
  readonly fd: number;
  readonly type: 'prog' | 'map' | 'link' | 'btf';
  /** The kernel's id of the object. */
  readonly id: number;
}

const KINDS = ['prog', 'map', 'link', 'btf'] as const;

/** The BPF object that a /proc/PID/fdinfo/FD text tells of, if any. */
export function parseBpfFdinfo(text: string): Pick<BpfFd, 'type' | 'id'> | undefined {
  const values = parseKeyValues(text);
  // A link's text names its program as well, so it is looked for first.
  for (const type of ['link', ...KINDS] as const) {
    const marker = type === 'btf' ? 'btf_id' : `${type}_type`;
    if (values.has(marker)) return { type, id: Number(values.get(`${type}_id`)) };
  }
  return undefined;
}

/** BPF programs, maps, links and BTF objects that a process holds open. */
export function listBpfFds(pid: number, procRoot = '/proc'): BpfFd[] {
  const found: BpfFd[] = [];
  for (const [fd, target] of listFds(pid, procRoot)) {
    if (!target.startsWith('anon_inode:')) continue;
    try {
      const text = readFileSync(`${procRoot}/${pid}/fdinfo/${fd}`, 'utf8');
      const object = parseBpfFdinfo(text);
      if (object !== undefined) found.push({ pid, fd, ...object });
    } catch {
      // Closed since it was listed.
    }
  }
  return found;
}

/** The same for all processes that one may look into. */
export function listAllBpfFds(procRoot = '/proc'): BpfFd[] {
  return listProcesses(procRoot).flatMap((pid) => listBpfFds(pid, procRoot));
}
