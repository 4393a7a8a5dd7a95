import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  RECORD_WORDS,
  RecordKind,
  cpuAt,
  kindAt,
  switchSyscall,
  switchSyscallArgument,
  tidAt,
  type RecordBatch,
} from '@hftmon/core';
import type { FlightDictionary } from './flight-types.js';

type Files = Pick<FlightDictionary, 'files' | 'links'>;

/** Descriptors above that are no descriptors but other arguments. */
const MOST_DESCRIPTORS = 65_536;

/** Where to look, and for whom. */
export interface HostFilesInput {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** Watched processes. */
  readonly pids: readonly number[];
  /** Process of a thread; `undefined` when it is of none of them. */
  readonly pidOf: (tid: number) => number | undefined;
}

/**
 * What names come from that only /proc and /sys know, as it is now, as far as the records need
 * it. Reading the memory map of a process takes its lock for a moment: only where it had faults.
 */
export function hostFiles({ u32, count }: RecordBatch, input: HostFilesInput): Files {
  const { procRoot, sysRoot, pids, pidOf } = input;
  const files = new FileList(procRoot, sysRoot);
  const faulted = new Set<number>();
  const descriptors = new Set<string>();
  const idleCpus = new Set<number>();
  let interrupts = false;
  for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
    const kind = kindAt(u32, base);
    if (kind === RecordKind.HardIrq) interrupts = true;
    if (kind === RecordKind.Idle || kind === RecordKind.LateTimer) idleCpus.add(cpuAt(u32, base));
    if (kind !== RecordKind.Fault && kind !== RecordKind.Switch) continue;
    const pid = pidOf(tidAt(u32, base));
    if (pid === undefined) continue;
    if (kind === RecordKind.Fault) faulted.add(pid);
    else if (switchSyscall(u32, base) >= 0) {
      const argument = switchSyscallArgument(u32, base);
      if (argument < MOST_DESCRIPTORS) descriptors.add(`proc/${pid}/fd/${argument}`);
    }
  }
  if (interrupts) files.text('proc/interrupts');
  for (const pid of pids) {
    for (const tid of files.names(`proc/${pid}/task`)) files.text(`proc/${pid}/task/${tid}/comm`);
    if (faulted.has(pid)) files.text(`proc/${pid}/maps`);
  }
  for (const path of descriptors) files.link(path);
  for (const name of files.names('sys/devices/system/node')) {
    if (/^node\d+$/.test(name)) files.text(`sys/devices/system/node/${name}/cpulist`);
  }
  for (const cpu of idleCpus) {
    const folder = `sys/devices/system/cpu/cpu${cpu}/cpuidle`;
    for (const state of files.names(folder)) {
      for (const file of ['name', 'latency']) files.text(`${folder}/${state}/${file}`);
    }
  }
  return files.result();
}

/** Reads what is there; a process or file that has gone has no entry. */
class FileList {
  readonly #roots: Readonly<Record<'proc' | 'sys', string>>;
  readonly #files: { readonly path: string; readonly text: string }[] = [];
  readonly #links: { readonly path: string; readonly target: string }[] = [];

  constructor(procRoot: string, sysRoot: string) {
    this.#roots = { proc: procRoot, sys: sysRoot };
  }

  text(path: string): void {
    const text = ifThere(() => readFileSync(this.#place(path), 'utf8'));
    if (text !== undefined) this.#files.push({ path, text });
  }

  link(path: string): void {
    const target = ifThere(() => readlinkSync(this.#place(path)));
    if (target !== undefined) this.#links.push({ path, target });
  }

  names(path: string): string[] {
    return ifThere(() => readdirSync(this.#place(path))) ?? [];
  }

  result(): Files {
    return { files: this.#files, links: this.#links };
  }

  #place(path: string): string {
    const [root, ...rest] = path.split('/');
    return join(this.#roots[root as 'proc' | 'sys'], ...rest);
  }
}

function ifThere<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined; // ended meanwhile, or not ours to read: the name is then not in the file
  }
}
