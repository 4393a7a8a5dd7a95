/** A range of physical memory and the proximity domain that it is in. */
export interface DomainMemory {
  readonly domain: number;
  readonly base: number;
  readonly bytes: number;
}

/** ACPI 6.5, 5.2.16: header, then structures of a type and a length. */
const FIRST_STRUCTURE = 48;
const MEMORY_AFFINITY = 1;
const MEMORY_AFFINITY_BYTES = 40;
const ENABLED = 1;

/** Memory of the System Resource Affinity Table (/sys/firmware/acpi/tables/SRAT). */
export function parseSrat(table: Buffer): DomainMemory[] {
  if (table.length < FIRST_STRUCTURE || table.toString('latin1', 0, 4) !== 'SRAT') return [];
  const end = Math.min(table.length, table.readUInt32LE(4));
  const ranges: DomainMemory[] = [];
  let at = FIRST_STRUCTURE;
  while (at + 2 <= end) {
    const length = table[at + 1]!;
    if (length < 2 || at + length > end) break;
    if (table[at] === MEMORY_AFFINITY && length >= MEMORY_AFFINITY_BYTES) {
      const bytes = Number(table.readBigUInt64LE(at + 16));
      if ((table.readUInt32LE(at + 28) & ENABLED) !== 0 && bytes > 0) {
        const base = Number(table.readBigUInt64LE(at + 8));
        ranges.push({ domain: table.readUInt32LE(at + 2), base, bytes });
      }
    }
    at += length;
  }
  return ranges;
}
