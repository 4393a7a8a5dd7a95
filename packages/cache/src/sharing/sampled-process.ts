import { readFileSync } from 'node:fs';
import type { Refusal } from '@hftmon/core';
import { parseMaps } from '@hftmon/perf-native';
import { AccessDecoder } from '../decode/access-decoder.js';
import { ProcessCode, type CodeSymbols } from '../decode/process-code.js';

/** How long decoded code of files is trusted before the mappings are looked at again, ms. */
const FILE_CODE_MS = 5_000;
/** The same for code without a file: a compiler at run time may write over it. */
const JIT_CODE_MS = 250;

/** The code of one process, decoded for its samples as long as it stays the same. */
export class SampledProcess {
  readonly decoder: AccessDecoder;
  readonly #code: ProcessCode;
  readonly #mapsPath: string;
  #executable: string | undefined;
  #hasJit = false;
  #checkAtMs = 0;

  constructor(pid: number, symbolizer: CodeSymbols, procRoot: string) {
    this.#code = new ProcessCode(pid, symbolizer);
    this.decoder = new AccessDecoder(this.#code);
    this.#mapsPath = `${procRoot}/${pid}/maps`;
  }

  /** Why its code cannot be read, if so. */
  get failure(): Refusal | undefined {
    return this.#code.failure;
  }

  /** Forgets what was decoded if the code may have changed; call it before a batch of samples. */
  refresh(nowMs: number): void {
    if (nowMs < this.#checkAtMs) return;
    const executable = this.#readExecutable();
    if (executable !== this.#executable || this.#hasJit) {
      this.#code.invalidate();
      this.decoder.invalidate();
    }
    this.#executable = executable;
    this.#checkAtMs = nowMs + (this.#hasJit ? JIT_CODE_MS : FILE_CODE_MS);
  }

  #readExecutable(): string | undefined {
    let text: string;
    try {
      text = readFileSync(this.#mapsPath, 'utf8');
    } catch {
      // Gone, or not ours to read: then its code cannot be read either, which says why.
      return undefined;
    }
    const { mappings } = parseMaps(text, { executableOnly: true });
    this.#hasJit = mappings.some(({ path }) => path === '' || path.startsWith('[anon'));
    return mappings.map(({ start, end, inode, path }) => [start, end, inode, path].join()).join();
  }
}
