/** Counts per CPU of one row of /proc/interrupts or /proc/softirqs. */
export interface CpuCounts {
  /** `24`, `LOC`, `TLB`, `NET_RX`, … */
  readonly label: string;
  /** One count per column; see {@link CpuTable.cpus}. A row with one global count has one. */
  readonly counts: readonly number[];
  /** Sum over all CPUs. */
  readonly total: number;
  /** What follows the counts: chip, trigger and devices, or the long name. */
  readonly description: string;
}

/** Such a file, rows by label. */
export interface CpuTable {
  /** CPU numbers of the columns: offline CPUs have none. */
  readonly cpus: readonly number[];
  readonly rows: ReadonlyMap<string, CpuCounts>;
}

/** Parses /proc/interrupts and /proc/softirqs. */
export function parseCpuTable(text: string): CpuTable {
  const [header = '', ...lines] = text.split('\n');
  const cpus = [...header.matchAll(/CPU(\d+)/g)].map((match) => Number(match[1]));
  const rows = new Map<string, CpuCounts>();
  for (const line of lines) {
    const match = /^\s*([^\s:]+):\s*(.*)$/.exec(line);
    if (match === null) continue;
    const words = (match[2] ?? '').split(/\s+/);
    let columns = 0;
    while (columns < cpus.length && /^\d+$/.test(words[columns] ?? '')) columns++;
    const counts = words.slice(0, columns).map(Number);
    rows.set(match[1] ?? '', {
      label: match[1] ?? '',
      counts,
      total: counts.reduce((sum, count) => sum + count, 0),
      description: words.slice(columns).join(' '),
    });
  }
  return { cpus, rows };
}

/** Counts of `after` minus `before`, rows that did not change left out. */
export function cpuTableDelta(before: CpuTable, after: CpuTable): ReadonlyMap<string, CpuCounts> {
  const delta = new Map<string, CpuCounts>();
  for (const [label, row] of after.rows) {
    const old = before.rows.get(label)?.counts ?? [];
    const counts = row.counts.map((count, i) => count - (old[i] ?? 0));
    if (counts.every((count) => count === 0)) continue;
    delta.set(label, { ...row, counts, total: counts.reduce((sum, count) => sum + count, 0) });
  }
  return delta;
}
