/** A symbol of a made-up ELF file. */
export interface BuiltSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** 0 local, 1 global, 2 weak. */
  readonly binding?: number;
  /** 2 function, 1 object, 10 ifunc. */
  readonly type?: number;
  /** 0 when it is defined elsewhere. */
  readonly section?: number;
}

export interface BuildOptions {
  readonly symtab?: readonly BuiltSymbol[];
  readonly dynsym?: readonly BuiltSymbol[];
  /** Address of the code; its place in the file is 0x1000. */
  readonly textAddress?: number;
  readonly textSize?: number;
}

/** Where the code lies in the file. */
export const TEXT_OFFSET = 0x1000;

/** Writes a small ELF64 file: a header, two load segments, .text and the symbol tables given. */
export function buildElf(options: BuildOptions): Buffer {
  const textAddress = options.textAddress ?? 0x401000;
  const textSize = options.textSize ?? 0x1000;
  const sections = [section({}), section({ type: 1, address: textAddress, size: textSize })];
  const tables: Buffer[] = [];
  let end = TEXT_OFFSET + textSize;
  const add = (type: number, symbols: readonly BuiltSymbol[]) => {
    const { table, strings } = encode(symbols);
    sections.push(section({ type, offset: end, size: table.length, link: sections.length + 1 }));
    end += table.length;
    sections.push(section({ type: 3, offset: end, size: strings.length }));
    end += strings.length;
    tables.push(table, strings);
  };
  if (options.dynsym !== undefined) add(11, options.dynsym);
  if (options.symtab !== undefined) add(2, options.symtab);

  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeBigUInt64LE(64n, 32); // program headers
  header.writeBigUInt64LE(BigInt(end), 40); // section headers
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(2, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(sections.length, 60);
  const body = Buffer.alloc(TEXT_OFFSET + textSize);
  header.copy(body);
  // The first segment ends within the page where the code begins, as linkers lay it out.
  segment(4, 0, textAddress - TEXT_OFFSET, 0x1000).copy(body, 64);
  segment(5, TEXT_OFFSET, textAddress, textSize).copy(body, 64 + 56);
  return Buffer.concat([body, ...tables, ...sections]);
}

function segment(flags: number, offset: number, vaddr: number, size: number): Buffer {
  const bytes = Buffer.alloc(56);
  bytes.writeUInt32LE(1, 0);
  bytes.writeUInt32LE(flags, 4);
  bytes.writeBigUInt64LE(BigInt(offset), 8);
  bytes.writeBigUInt64LE(BigInt(vaddr), 16);
  bytes.writeBigUInt64LE(BigInt(size), 32);
  bytes.writeBigUInt64LE(0x1000n, 48);
  return bytes;
}

function section(fields: {
  type?: number;
  address?: number;
  offset?: number;
  size?: number;
  link?: number;
}): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(fields.type ?? 0, 4);
  bytes.writeBigUInt64LE(BigInt(fields.address ?? 0), 16);
  bytes.writeBigUInt64LE(BigInt(fields.offset ?? 0), 24);
  bytes.writeBigUInt64LE(BigInt(fields.size ?? 0), 32);
  bytes.writeUInt32LE(fields.link ?? 0, 40);
  return bytes;
}

function encode(symbols: readonly BuiltSymbol[]): { table: Buffer; strings: Buffer } {
  const table = Buffer.alloc((symbols.length + 1) * 24);
  let strings = '\0';
  symbols.forEach((symbol, index) => {
    const at = (index + 1) * 24;
    table.writeUInt32LE(strings.length, at);
    table[at + 4] = ((symbol.binding ?? 1) << 4) | (symbol.type ?? 2);
    table.writeUInt16LE(symbol.section ?? 1, at + 6);
    table.writeBigUInt64LE(BigInt(symbol.value), at + 8);
    table.writeBigUInt64LE(BigInt(symbol.size), at + 16);
    strings += `${symbol.name}\0`;
  });
  return { table, strings: Buffer.from(strings) };
}
