import type { FakeRoots } from './fake-roots.js';

/** A thread of a fake process. Absent counts are 0. */
export interface FakeThread {
  readonly tid: number;
  /** Default: the process's. */
  readonly comm?: string;
  /** One letter. Default S. */
  readonly state?: string;
  readonly voluntarySwitches?: number;
  readonly involuntarySwitches?: number;
  readonly minorFaults?: number;
  readonly majorFaults?: number;
  readonly onCpuNs?: number;
  readonly runQueueNs?: number;
  readonly timeslices?: number;
  /** CPU it ran on last. */
  readonly cpu?: number;
}

export interface FakeProcess {
  readonly pid: number;
  /** Default `fake`. */
  readonly comm?: string;
  /** Default S; Z for a zombie. */
  readonly state?: string;
  /** Clock ticks since boot. Default 1000. */
  readonly startTimeTicks?: number;
  /** Default: its main thread alone. */
  readonly threads?: readonly FakeThread[];
}

/** Writes stat, status, comm and schedstat of a process and its threads. */
export function writeFakeProcess(roots: FakeRoots, process: FakeProcess): void {
  const { pid, comm = 'fake', state = 'S', startTimeTicks = 1000 } = process;
  const threads = process.threads ?? [{ tid: pid }];
  for (const given of threads) {
    const thread = { comm, state, ...given };
    const folders = [`proc/${pid}/task/${thread.tid}`];
    if (thread.tid === pid) folders.push(`proc/${pid}`);
    for (const folder of folders) {
      roots.write(`${folder}/comm`, `${thread.comm}\n`);
      roots.write(`${folder}/stat`, statLine(thread, startTimeTicks, threads.length));
      roots.write(`${folder}/status`, statusText(pid, thread));
      roots.write(`${folder}/schedstat`, schedstatLine(thread));
    }
  }
}

type NamedThread = FakeThread & { readonly comm: string; readonly state: string };

function statLine(thread: NamedThread, startTimeTicks: number, threads: number): string {
  const fields = Array.from({ length: 50 }, () => 0 as number | string);
  const set = (field: number, value: number | string): void => {
    fields[field - 3] = value; // field 3 of the manual page comes after the name
  };
  set(3, thread.state);
  set(10, thread.minorFaults ?? 0);
  set(12, thread.majorFaults ?? 0);
  set(18, 20);
  set(20, threads);
  set(22, startTimeTicks);
  set(39, thread.cpu ?? 0);
  return `${thread.tid} (${thread.comm}) ${fields.join(' ')}\n`;
}

function statusText(pid: number, thread: NamedThread): string {
  return [
    `Name:\t${thread.comm}`,
    `State:\t${thread.state}`,
    `Tgid:\t${pid}`,
    `Pid:\t${thread.tid}`,
    'TracerPid:\t0',
    // A kernel thread has no such line.
    'VmSize:\t    1024 kB',
    `voluntary_ctxt_switches:\t${thread.voluntarySwitches ?? 0}`,
    `nonvoluntary_ctxt_switches:\t${thread.involuntarySwitches ?? 0}`,
    '',
  ].join('\n');
}

function schedstatLine({ onCpuNs = 0, runQueueNs = 0, timeslices = 0 }: FakeThread): string {
  return `${onCpuNs} ${runQueueNs} ${timeslices}\n`;
}
