import { readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path/posix';

const FILE = 0o100644;
const PROGRAM = 0o100755;
const DIRECTORY = 0o040755;

/**
 * Writes an archive of the "newc" form, which Linux unpacks into its first root file system
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Uncompressed: an emulated CPU
 * takes longer to decompress than to copy. Directories are made as paths need them.
 */
export class CpioWriter {
  #fd;
  #inode = 0;
  #directories = new Set(['/']);

  /** @param {number} fd of the archive */
  constructor(fd) {
    this.#fd = fd;
  }

  /** @param {string} path @param {string} text */
  file(path, text) {
    this.#entry(path, FILE, Buffer.from(text));
  }

  /** Copies a file of this host. @param {string} path @param {string} from */
  copy(path, from) {
    this.#entry(path, PROGRAM, readFileSync(from));
  }

  /** @param {string} path */
  directory(path) {
    if (this.#directories.has(path)) return;
    this.#directories.add(path);
    this.#entry(path, DIRECTORY, Buffer.alloc(0));
  }

  /** Marks the end. */
  end() {
    this.#write('TRAILER!!!', 0, Buffer.alloc(0));
  }

  #entry(path, mode, content) {
    this.directory(dirname(path));
    this.#write(path.replace(/^\//, ''), mode, content);
  }

  #write(name, mode, content) {
    const nameBytes = Buffer.byteLength(name) + 1;
    // inode, mode, uid, gid, links, mtime, size, device (2), device of a device (2), name, check
    const fields = [++this.#inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes, 0];
    const header = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
    this.#writeAll(padded(Buffer.from(`070701${header}${name}\0`)));
    this.#writeAll(padded(content));
  }

  #writeAll(bytes) {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }
}

/** Each part of an entry begins at a multiple of 4. */
function padded(bytes) {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)]);
}
