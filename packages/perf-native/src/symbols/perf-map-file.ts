import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { parseIdentity } from '@hftmon/core';
import { FileSource } from './byte-source.js';
import { PerfMap, type PerfMapMatch } from './perf-map.js';
import { readText } from '../proc/read.js';

/** A map larger than this is read no further, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Clock ticks a second of /proc/PID/stat: the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Boot time is known to the second, file times to a tick. */
const START_SLACK_MS = 2_000;

/**
 * The perf map of a process, `/tmp/perf-PID.map` in its own file system and with its own idea of
 * its pid. Re-read when it has grown. Only a regular file that belongs to the process's user or
 * to root, and is not older than the process, is believed: /tmp is open to everyone.
 */
export class PerfMapFile {
  readonly #paths: readonly string[];
  readonly #owners: ReadonlySet<number>;
  readonly #notBeforeMs: number;
  #map = new PerfMap();
  #decoder = new StringDecoder('utf8');
  #inode = -1;
  #readBytes = 0;

  /** @param startTimeTicks field 22 of /proc/PID/stat; a map from before is somebody else's */
  constructor(procRoot: string, pid: number, startTimeTicks: number) {
    const status = readText(`${procRoot}/${pid}/status`) ?? '';
    const { nsPid, uid } = parseIdentity(status);
    const name = `/tmp/perf-${nsPid ?? pid}.map`;
    const paths = [`${procRoot}/${pid}/root${name}`];
    // The root link ends with the process, the path stays; but only if both mean the same /tmp.
    if (sharesFiles(procRoot, pid)) paths.push(name);
    this.#paths = paths;
    this.#owners = new Set(uid === undefined ? [0] : [0, uid]);
    this.#notBeforeMs =
      bootTimeMs(procRoot) + (startTimeTicks * 1000) / TICKS_PER_SECOND - START_SLACK_MS;
  }

  /** How many functions are known. */
  get size(): number {
    return this.#map.size;
  }

  find(address: bigint): PerfMapMatch | undefined {
    return this.#map.find(address);
  }

  /** Reads what was appended since. True when there was something new. */
  refresh(): boolean {
    for (const path of this.#paths) {
      const fd = openOwn(path);
      if (fd === undefined) continue;
      const stat = fstatSync(fd);
      if (!stat.isFile() || !this.#owners.has(stat.uid) || stat.mtimeMs < this.#notBeforeMs) {
        closeSync(fd);
        continue;
      }
      return this.#read(fd, stat.ino);
    }
    return false;
  }

  #read(fd: number, inode: number): boolean {
    const source = new FileSource(fd);
    try {
      if (inode !== this.#inode || source.size < this.#readBytes) {
        // Another file took its place: a process that executed another program, for example.
        this.#map = new PerfMap();
        this.#decoder = new StringDecoder('utf8');
        this.#inode = inode;
        this.#readBytes = 0;
      }
      const before = this.#readBytes;
      const end = Math.min(source.size, MAX_BYTES);
      while (this.#readBytes < end && !this.#map.truncated) {
        const bytes = source.read(this.#readBytes, Math.min(CHUNK_BYTES, end - this.#readBytes));
        if (bytes.length === 0) break;
        this.#map.append(this.#decoder.write(bytes));
        this.#readBytes += bytes.length;
      }
      return this.#readBytes > before;
    } finally {
      source.close();
    }
  }
}

/** Without following a link that someone planted, and without waiting at a FIFO. */
function openOwn(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** Does the process see our file system? Unknown counts as no: its pid may mean another here. */
function sharesFiles(procRoot: string, pid: number): boolean {
  try {
    const own = readlinkSync(`${procRoot}/self/ns/mnt`);
    return (
      readlinkSync(`${procRoot}/${pid}/ns/mnt`) === own &&
      readlinkSync(`${procRoot}/${pid}/root`) === readlinkSync(`${procRoot}/self/root`)
    );
  } catch {
    return false;
  }
}

function bootTimeMs(procRoot: string): number {
  const match = /^btime (\d+)$/m.exec(readText(`${procRoot}/stat`) ?? '');
  return match === null ? 0 : Number(match[1]) * 1000;
}
