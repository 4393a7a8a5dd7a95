import { listBpfFds } from '../books/bpf-objects.js';
import { listFds, listStayingThreads } from '../books/process.js';

/** What this process holds of the kernel. */
export interface Resources {
  readonly fds: ReadonlyMap<number, string>;
  readonly threads: ReadonlySet<number>;
  readonly bpf: number;
  /** Timers, sockets and the like that keep the event loop alive. */
  readonly handles: number;
}

export function takeStock(): Resources {
  return {
    fds: listFds(process.pid),
    threads: new Set(listStayingThreads(process.pid)),
    bpf: listBpfFds(process.pid).length,
    handles: process.getActiveResourcesInfo().filter((type) => type !== 'Immediate').length,
  };
}

/** What is there now that was not there before, in words; empty when nothing is. */
export function leftBehind(before: Resources, after: Resources): string[] {
  const left: string[] = [];
  for (const [fd, target] of after.fds) {
    if (!before.fds.has(fd)) left.push(`file descriptor ${fd} (${target})`);
  }
  for (const tid of after.threads) {
    if (!before.threads.has(tid)) left.push(`thread ${tid}`);
  }
  if (after.bpf > before.bpf) left.push(`${after.bpf - before.bpf} BPF objects`);
  if (after.handles > before.handles) left.push(`${after.handles - before.handles} handles`);
  return left;
}
