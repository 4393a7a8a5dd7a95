import { FileHold } from '@hftmon/perf-native';
import { listEntries } from '../files/list-entries.js';
import type { KernelFiles } from '../files/kernel-files.js';
import type { ProcessMark } from '../files/process-mark.js';
import { unsupported, type Absent } from '../support/absent.js';
import { groupName } from './group-name.js';

/** Bytes that a process moved so far through the caches of one L3 domain. */
export interface DomainBytes {
  readonly domain: number;
  readonly localBytes: number;
  readonly totalBytes: number;
}

/** A group that could be made, or why not. */
export type OpenedGroup = { readonly ok: true; readonly group: MonitorGroup } | Absent;

/** Threads may begin threads that belong to no group yet; they inherit it once theirs does. */
const ROUNDS = 8;
const TAKEN_AWAY = unsupported(
  'another monitor took the new group for one that was left behind',
  'attach the process again',
);
const DOMAIN = /^mon_L3_(\d+)$/;

/** The monitoring group of one target process. */
export class MonitorGroup {
  readonly #files: KernelFiles;
  readonly #folder: string;
  readonly #hold: FileHold;
  /** Threads that the kernel did not let into the group. */
  readonly refusedThreads: number;

  private constructor(files: KernelFiles, folder: string, hold: FileHold, refusedThreads: number) {
    this.#files = files;
    this.#folder = folder;
    this.#hold = hold;
    this.refusedThreads = refusedThreads;
  }

  /**
   * Makes a group within the control group that the process is in, and puts its threads there.
   * A process that somebody else monitors is left to them.
   */
  static open(
    files: KernelFiles,
    mount: string,
    procRoot: string,
    owner: ProcessMark,
    pid: number,
  ): OpenedGroup {
    const groups = files.read(`${procRoot}/${pid}/cpu_resctrl_groups`);
    const match = groups.ok ? /^res:\/?(.*)\nmon:(.*)$/m.exec(groups.text) : null;
    if (match === null) {
      return unsupported(
        `/proc/${pid}/cpu_resctrl_groups does not tell the group of the process`,
        'a kernel built with CONFIG_PROC_CPU_RESCTRL=y',
      );
    }
    const [, control, monitoring] = match;
    if (monitoring !== '') {
      return unsupported(
        `process ${pid} is in the monitoring group ${monitoring} of somebody else`,
        'end the other monitor, or read its group',
      );
    }
    const parent = control === '' ? mount : `${mount}/${control}`;
    const folder = `${parent}/mon_groups/${groupName(owner, pid)}`;
    const failure = files.makeFolder(folder);
    if (failure !== undefined) return refusal(failure);
    const hold = FileHold.take(folder);
    if (hold === 'unknown') {
      files.removeFolder(folder);
      return unsupported('the new group cannot be opened and held', 'raise `ulimit -n`');
    }
    if (typeof hold === 'string') return TAKEN_AWAY;
    const refused = moveIn(files, folder, procRoot, pid);
    return { ok: true, group: new MonitorGroup(files, folder, hold, refused) };
  }

  /** Bytes so far by L3 domain; a domain that the kernel cannot read now is left out. */
  read(): DomainBytes[] {
    const data = `${this.#folder}/mon_data`;
    return this.#files.list(data).flatMap((name) => {
      const domain = DOMAIN.exec(name)?.[1];
      if (domain === undefined) return [];
      const localBytes = this.#bytes(`${data}/${name}/mbm_local_bytes`);
      const totalBytes = this.#bytes(`${data}/${name}/mbm_total_bytes`);
      return localBytes === undefined || totalBytes === undefined
        ? []
        : [{ domain: Number(domain), localBytes, totalBytes }];
    });
  }

  /** Removes the group; its threads go back to the one before. */
  close(): void {
    this.#files.removeFolder(this.#folder);
    this.#hold.release();
  }

  /** `Unavailable` and `Error` are what the kernel says when there is no number. */
  #bytes(path: string): number | undefined {
    const file = this.#files.read(path);
    const text = file.ok ? file.text.trim() : '';
    return /^\d+$/.test(text) ? Number(text) : undefined;
  }
}

/** @returns threads that were refused */
function moveIn(files: KernelFiles, folder: string, procRoot: string, pid: number): number {
  const refused = new Set<string>();
  const moved = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const found = listEntries(`${procRoot}/${pid}/task`);
    const missing = found.filter((tid) => !moved.has(tid) && !refused.has(tid));
    if (missing.length === 0) break;
    for (const tid of missing) {
      const failure = files.write(`${folder}/tasks`, `${tid}\n`);
      // A thread that has ended is missed by nobody.
      if (failure === undefined || failure === 'ESRCH') moved.add(tid);
      else refused.add(tid);
    }
  }
  return refused.size;
}

function refusal(errno: string): Absent {
  if (errno === 'ENOSPC') {
    const remedy = 'remove monitoring groups that nobody needs from mon_groups';
    return unsupported('all monitoring ids (RMIDs) of the CPU are taken', remedy);
  }
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') {
    return unsupported(`resctrl may not be written (${errno})`, 'run as root');
  }
  return unsupported(
    `the kernel made no monitoring group (${errno})`,
    'look at info/last_cmd_status',
  );
}
