/** One row of a fake /proc/interrupts or /proc/softirqs. */
export interface FakeCpuRow {
  readonly label: string;
  /** One count per CPU. */
  readonly counts: readonly number[];
  readonly description?: string;
}

/** Text of /proc/interrupts or /proc/softirqs. */
export function cpuTableText(cpus: number, rows: readonly FakeCpuRow[]): string {
  const header = Array.from({ length: cpus }, (_, cpu) => `CPU${cpu}`.padStart(11)).join('');
  const lines = rows.map(({ label, counts, description = '' }) => {
    const columns = counts.map((count) => String(count).padStart(11)).join('');
    return `${`${label}:`.padStart(5)}${columns}  ${description}`.trimEnd();
  });
  return `${['     ' + header, ...lines].join('\n')}\n`;
}
