import { readFileSync } from 'node:fs';
import { listBpfFds, listFds, listStayingThreads, type BpfFd } from '@hftmon/testkit';

/** What a session may leave behind in a process, to be compared before and after. */
export interface Holdings {
  readonly bpf: readonly BpfFd[];
  readonly descriptors: readonly string[];
  readonly threads: number;
  /** Mappings of memfds and BPF maps. */
  readonly mappings: readonly string[];
}

export function holdingsOf(pid: number): Holdings {
  return {
    bpf: listBpfFds(pid),
    // Sockets and the like come and go with the test runner: those of monitoring are anonymous.
    descriptors: [...listFds(pid).values()].filter((target) => /bpf|perf_event|memfd/.test(target)),
    threads: listStayingThreads(pid).length,
    mappings: readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .filter((line) => /memfd:hftmon|bpf-map|perf_event/.test(line)),
  };
}

export const NOTHING_HELD = { bpf: [], descriptors: [], mappings: [] } as const;
