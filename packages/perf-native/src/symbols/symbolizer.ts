import type { StackFrame, Support } from '@hftmon/core';
import { ElfCache } from './elf-cache.js';
import { KernelSymbols } from './kallsyms.js';
import { ProcessImage, type Resolved, type SharedSymbols } from './process-image.js';
import { readVdso, type Vdso } from './vdso.js';

/** Settings of a symboliser; the defaults suit a live host. */
export interface SymbolizerOptions {
  /** Default `/proc`. */
  readonly procRoot?: string;
  /** Default: those of `procRoot`. */
  readonly kernel?: KernelSymbols;
  /** Most memory for symbol tables of files, bytes. Default 128 MiB. */
  readonly elfCacheBytes?: number;
  /** Processes remembered; the one not asked for the longest goes first. Default 256. */
  readonly processLimit?: number;
  /** Answers remembered per process. Default 16384. */
  readonly answerLimit?: number;
  /** A clock in ms, for tests. */
  readonly nowMs?: () => number;
}

/**
 * Names addresses of processes (ELF symbols, the vDSO, perf maps of JITs) and of the kernel.
 * Names are those of the symbol tables, not demangled. Where no symbol covers an address the frame
 * says so; nothing is guessed.
 *
 * Works on demand and synchronously: never call it where records are drained.
 */
export class Symbolizer {
  readonly #shared: SharedSymbols;
  readonly #kernel: KernelSymbols;
  readonly #processLimit: number;
  /** In the order of their last use. */
  readonly #images = new Map<number, ProcessImage>();
  #vdso: { readonly value: Vdso | undefined } | undefined;

  constructor(options: SymbolizerOptions = {}) {
    const procRoot = options.procRoot ?? '/proc';
    this.#kernel = options.kernel ?? new KernelSymbols(procRoot);
    this.#processLimit = options.processLimit ?? 256;
    this.#shared = {
      procRoot,
      elfs: new ElfCache(options.elfCacheBytes),
      vdso: () => (this.#vdso ??= { value: readVdso(procRoot) }).value,
      nowMs: options.nowMs ?? (() => performance.now()),
      answerLimit: options.answerLimit ?? 16_384,
    };
  }

  /**
   * Reads the mappings of a live process now, so that its stacks can be named even after it has
   * ended. Call it when attaching, and again when the process has executed another program.
   * Replaces what was known of an earlier process with this pid. Never throws.
   */
  capture(pid: number): Support {
    try {
      this.#remember(ProcessImage.capture(this.#shared, pid));
      return { ok: true, tier: 'procfs', source: `${this.#shared.procRoot}/${pid}/maps` };
    } catch (error) {
      return refusal(pid, (error as NodeJS.ErrnoException).code ?? String(error));
    }
  }

  /** The mappings of the process may have changed: reads them again if it still runs. */
  invalidate(pid: number): void {
    this.#images.get(pid)?.refresh();
  }

  /** Forgets a process. */
  release(pid: number): void {
    this.#images.delete(pid);
  }

  /**
   * Frames of a user stack, innermost first, one per address. All but the first are return
   * addresses, so the instruction before them is what is named; `offset` is that of the address.
   * For a process that was never captured and is gone, frames have addresses alone.
   */
  user(pid: number, addresses: Iterable<bigint>): StackFrame[] {
    const image = this.#imageOf(pid);
    image?.beginStack();
    return frames(addresses, (address) => image?.resolve(address));
  }

  /** Frames of a kernel stack, in the same way. */
  kernel(addresses: Iterable<bigint>): StackFrame[] {
    return frames(addresses, (address) => {
      const match = this.#kernel.find(address);
      return match === undefined
        ? undefined
        : { symbol: match.name, start: match.start, module: match.module };
    });
  }

  /** Can kernel addresses be named on this host, and if not, why? */
  kernelSupport(): Support {
    return this.#kernel.support();
  }

  /** Forgets everything. The symboliser stays usable. */
  clear(): void {
    this.#images.clear();
    this.#shared.elfs.clear();
  }

  #imageOf(pid: number): ProcessImage | undefined {
    const image = this.#images.get(pid);
    if (image === undefined) {
      this.capture(pid);
      return this.#images.get(pid);
    }
    this.#remember(image);
    return image;
  }

  #remember(image: ProcessImage): void {
    this.#images.delete(image.pid);
    this.#images.set(image.pid, image);
    for (const pid of this.#images.keys()) {
      if (this.#images.size <= this.#processLimit) break;
      this.#images.delete(pid);
    }
  }
}

function frames(
  addresses: Iterable<bigint>,
  resolve: (address: bigint) => Resolved | undefined,
): StackFrame[] {
  const stack: StackFrame[] = [];
  for (const address of addresses) {
    // A call that is the last instruction of a function returns to the start of the next one.
    const inside = stack.length === 0 || address === 0n ? address : address - 1n;
    const found = resolve(inside);
    stack.push({
      address,
      symbol: found?.symbol,
      offset: found?.start === undefined ? undefined : Number(address - found.start),
      module: found?.module,
    });
  }
  return stack;
}

function refusal(pid: number, errno: string): Support {
  if (errno === 'EACCES' || errno === 'EPERM') {
    return {
      ok: false,
      code: 'HFTMON_E_CAPABILITY_MISSING',
      reason: `the memory map of process ${pid} may not be read: CAP_SYS_PTRACE is missing`,
      remedy:
        'run as root or as the user of the process, or grant it: sudo setcap cap_sys_ptrace+ep $(readlink -f $(which node))',
    };
  }
  return {
    ok: false,
    code: 'HFTMON_E_PROCESS_NOT_FOUND',
    reason: `the memory map of process ${pid} cannot be read (${errno}): it has ended`,
    remedy: 'attach to a running process',
  };
}
