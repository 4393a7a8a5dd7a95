export interface PageFaultDetails {
  readonly minor: number;
  readonly major: number;
  /** Part of it in which the thread slept, ns: waits for the disk or for a lock of the memory. */
  readonly blockedNs: number;
  /** The longest ones. */
  readonly faults: readonly {
    readonly address: string;
    readonly type: 'minor' | 'major' | 'unknown';
    /** Net, ns. */
    readonly ns: number;
    /** File, `[heap]`, `[stack]`, `[anonymous]`; absent when it is not known. */
    readonly mapping?: string;
  }[];
}

export interface ReclaimDetails {
  /** Who was short of memory, the longest first. */
  readonly by: readonly {
    /** The whole host, a cgroup at its limit, or a NUMA node while others had memory. */
    readonly reason: 'host' | 'cgroup' | 'node';
    /** Pages that the thread had to free. */
    readonly pages: number;
    readonly ns: number;
    readonly count: number;
  }[];
  /** Part of it in which the thread slept, ns. */
  readonly blockedNs: number;
}

export interface CompactionDetails {
  /** Pages that the thread moved. */
  readonly pages: number;
  /** log2 of the pages in a row that were wanted; absent when none in particular were. */
  readonly order?: number;
  readonly blockedNs: number;
  /** Zones of memory that were compacted. */
  readonly count: number;
}

export interface NumaMigrationDetails {
  readonly by: readonly {
    /** NUMA balancing; asked for by a system call; by a policy of memory; to make room. */
    readonly reason: 'numa_balancing' | 'syscall' | 'mbind' | 'demotion';
    /** Pages that the thread moved to another node. */
    readonly pages: number;
    readonly ns: number;
    readonly count: number;
  }[];
  readonly blockedNs: number;
}

/** Page faults that brought huge pages, which the kernel clears while the thread waits. */
export interface ThpDetails {
  readonly pages: number;
  readonly blockedNs: number;
  /** The longest ones. */
  readonly faults: PageFaultDetails['faults'];
}
