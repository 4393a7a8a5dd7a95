import { closeSync, openSync } from 'node:fs';
import { FileSource } from '../symbols/byte-source.js';

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const PREFIX = Buffer.from('\0btf_trace_', 'latin1');

/**
 * Names of the tracepoints that a raw BTF file describes. Each has a typedef `btf_trace_NAME`
 * there; since strings are stored once and nothing else is named so, the string section alone is
 * searched. Empty for bytes that are no little-endian BTF.
 */
export function parseBtfTracepoints(btf: Buffer): ReadonlySet<string> {
  const { offset, length } = stringSection(btf);
  return tracepointsIn(btf.subarray(offset, offset + length));
}

/**
 * Tracepoints of the kernel proper (not of modules) from its BTF file; empty when there is none.
 * Reads the header and the string section, about half of some 5 MB.
 */
export function readBtfTracepoints(path: string): ReadonlySet<string> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return new Set();
  }
  try {
    const source = new FileSource(fd);
    const { offset, length } = stringSection(source.read(0, HEADER_BYTES));
    return tracepointsIn(source.read(offset, length));
  } catch {
    return new Set();
  } finally {
    closeSync(fd);
  }
}

/** Header: magic u16, version u8, flags u8, then u32 hdr_len, type_off, type_len, str_off, str_len. */
function stringSection(header: Buffer): { offset: number; length: number } {
  if (header.length < HEADER_BYTES || header.readUInt16LE(0) !== MAGIC) {
    return { offset: 0, length: 0 };
  }
  const offset = header.readUInt32LE(4) + header.readUInt32LE(16);
  return { offset, length: header.readUInt32LE(20) };
}

function tracepointsIn(strings: Buffer): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = strings.indexOf(PREFIX); at >= 0; at = strings.indexOf(PREFIX, at + 1)) {
    const from = at + PREFIX.length;
    const end = strings.indexOf(0, from);
    if (end < 0) break;
    names.add(strings.toString('latin1', from, end));
  }
  return names;
}
