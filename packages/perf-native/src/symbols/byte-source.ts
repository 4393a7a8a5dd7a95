import { closeSync, fstatSync, readSync } from 'node:fs';

/** Random access to the bytes of a file or of an image in memory. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /** The bytes asked for; fewer at the end, none past it. */
  read(offset: number, length: number): Buffer;
}

/** An image that is in memory already, such as the vDSO. */
export class BufferSource implements ByteSource {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Buffer {
    return this.#bytes.subarray(offset, offset + length);
  }
}

/** An open file. It owns the descriptor: call `close`. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
    this.size = fstatSync(fd).size;
  }

  read(offset: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = Buffer.allocUnsafe(wanted);
    let done = 0;
    while (done < wanted) {
      const count = readSync(this.#fd, bytes, done, wanted - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
