/** The bytes of an HMAT with one structure of latencies, by the layout of ACPI 6.5, 5.2.27.4. */
export function hmat(options: {
  revision?: number;
  dataType?: number;
  flags?: number;
  unit: number;
  initiators: readonly number[];
  targets: readonly number[];
  entries: readonly number[];
}): Buffer {
  const { initiators, targets, entries, revision = 2, dataType = 1, flags = 0 } = options;
  const lists = 4 * (initiators.length + targets.length);
  const structure = Buffer.alloc(32 + lists + 2 * entries.length);
  structure.writeUInt16LE(1, 0);
  structure.writeUInt32LE(structure.length, 4);
  structure[8] = flags;
  structure[9] = dataType;
  structure.writeUInt32LE(initiators.length, 12);
  structure.writeUInt32LE(targets.length, 16);
  structure.writeBigUInt64LE(BigInt(options.unit), 24);
  [...initiators, ...targets].forEach((domain, i) => structure.writeUInt32LE(domain, 32 + 4 * i));
  entries.forEach((entry, i) => structure.writeUInt16LE(entry, 32 + lists + 2 * i));
  // Another structure before it, as firmware has them: memory proximity domain attributes.
  const other = Buffer.alloc(40);
  other.writeUInt32LE(40, 4);
  return table('HMAT', revision, 40, Buffer.concat([other, structure]));
}

/** The bytes of an SRAT with memory ranges (5.2.16.2), and a processor before them. */
export function srat(
  ranges: readonly { domain: number; base: number; bytes: number; enabled?: boolean }[],
): Buffer {
  const processor = Buffer.alloc(16);
  processor[1] = 16;
  const entries = ranges.map(({ domain, base, bytes, enabled = true }) => {
    const entry = Buffer.alloc(40);
    entry[0] = 1;
    entry[1] = 40;
    entry.writeUInt32LE(domain, 2);
    entry.writeBigUInt64LE(BigInt(base), 8);
    entry.writeBigUInt64LE(BigInt(bytes), 16);
    entry.writeUInt32LE(enabled ? 1 : 0, 28);
    return entry;
  });
  return table('SRAT', 3, 48, Buffer.concat([processor, ...entries]));
}

function table(signature: string, revision: number, headerBytes: number, body: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(signature, 'latin1');
  header.writeUInt32LE(headerBytes + body.length, 4);
  header[8] = revision;
  return Buffer.concat([header, body]);
}
