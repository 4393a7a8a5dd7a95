/** Read latency between two proximity domains, as the firmware says. */
export interface DomainLatency {
  readonly initiator: number;
  readonly target: number;
  readonly readNs: number;
}

/** ACPI 6.5, 5.2.27: header, then structures of a type and a length. */
const FIRST_STRUCTURE = 40;
const LOCALITY_INFORMATION = 1;
/** Of the memory itself, not of a cache before it. */
const MEMORY = 0;
const ACCESS_LATENCY = 0;
const READ_LATENCY = 1;
const UNREACHABLE = 0xffff;

/**
 * Read latencies of the Heterogeneous Memory Attribute Table (/sys/firmware/acpi/tables/HMAT). The
 * kernel publishes those of the nearest initiators alone; the table may have them all. Entries
 * that the firmware left out are left out.
 */
export function parseHmat(table: Buffer): DomainLatency[] {
  if (table.length < FIRST_STRUCTURE || table.toString('latin1', 0, 4) !== 'HMAT') return [];
  const end = Math.min(table.length, table.readUInt32LE(4));
  const revision = table[8]!;
  const latencies: DomainLatency[] = [];
  let at = FIRST_STRUCTURE;
  while (at + 8 <= end) {
    const length = table.readUInt32LE(at + 4);
    if (length < 8 || at + length > end) break;
    if (table.readUInt16LE(at) === LOCALITY_INFORMATION) {
      latencies.push(...parseLocality(table.subarray(at, at + length), revision));
    }
    at += length;
  }
  return latencies;
}

function parseLocality(structure: Buffer, revision: number): DomainLatency[] {
  if (structure.length < 32) return [];
  const isMemory = (structure[8]! & 0xf) === MEMORY;
  if (!isMemory || ![ACCESS_LATENCY, READ_LATENCY].includes(structure[9]!)) return [];
  const initiators = structure.readUInt32LE(12);
  const targets = structure.readUInt32LE(16);
  const unit = Number(structure.readBigUInt64LE(24));
  const entries = 32 + 4 * (initiators + targets);
  if (structure.length < entries + 2 * initiators * targets) return [];
  const latencies: DomainLatency[] = [];
  for (let i = 0; i < initiators; i++) {
    for (let t = 0; t < targets; t++) {
      const value = structure.readUInt16LE(entries + 2 * (i * targets + t));
      if (value === 0 || value === UNREACHABLE) continue;
      latencies.push({
        initiator: structure.readUInt32LE(32 + 4 * i),
        target: structure.readUInt32LE(32 + 4 * (initiators + t)),
        readNs: toNs(value * unit, revision),
      });
    }
  }
  return latencies;
}

/** Revision 1 counts tenths of ns, later ones ps; as drivers/acpi/numa/hmat.c takes them. */
function toNs(value: number, revision: number): number {
  return Math.ceil(value / (revision === 1 ? 10 : 1000));
}
