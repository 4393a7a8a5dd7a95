const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;

/**
 * A BTF file that describes no types and these tracepoints alone, by the strings from which
 * hftmon takes their names (`btf_trace_NAME`).
 */
export function tracepointBtf(names: readonly string[]): Uint8Array {
  const strings = Buffer.from(`\0${names.map((name) => `btf_trace_${name}\0`).join('')}`, 'latin1');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16LE(MAGIC, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(HEADER_BYTES, 4);
  header.writeUInt32LE(strings.length, 20);
  return Buffer.concat([header, strings]);
}
