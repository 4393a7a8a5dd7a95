import { existsSync } from 'node:fs';
import { isMonitorError, refusalOf } from '@hftmon/core';
import { parseMaps } from '@hftmon/perf-native';
import { optionalText, readText } from '../files/read-text.js';
import { absent, unsupported, type Absent } from '../support/absent.js';
import { parseNumaMaps } from './numa-maps.js';
import type { PageNodes } from './page-nodes.js';
import { placementOf, type ProcessPlacement } from './process-placement.js';
import { samplePlacement } from './sampled-placement.js';

/** How placements are read. */
export interface PlacementReaderOptions {
  readonly procRoot: string;
  /** Processes with more pages in memory than this are sampled. */
  readonly exactPages: number;
  /** Most pages asked for when sampling. */
  readonly sampledPages: number;
  /** Size of a page of the kernel; absent when unknown. */
  readonly pageBytes: number | undefined;
  /** Absent on a captured tree of /proc, where there is nobody to ask. */
  readonly pageNodes: PageNodes | undefined;
}

/** A placement, or why there is none. */
export type PlacementResult =
  | { readonly ok: true; readonly placement: ProcessPlacement }
  | { readonly ok: false; readonly support: Absent };

/** Where the kernel does not say, for the bound alone. */
const SMALL_PAGE = 4096;

const PTRACE_REMEDY =
  'run as root or as the user of the process, or grant it: sudo setcap cap_sys_ptrace+ep $(readlink -f $(which node))';

/**
 * Reads where the pages of a process are: from /proc/PID/numa_maps, for which the kernel walks
 * through every page (60 ns each on a test machine, the process's mmap lock held), or for a big
 * process by asking for some pages with move_pages.
 */
export class PlacementReader {
  readonly #options: PlacementReaderOptions;

  constructor(options: PlacementReaderOptions) {
    this.#options = options;
  }

  /**
   * @param timestampNs - of the answer
   * @param tid - a thread that lives: the main thread may have ended before the process
   */
  read(pid: number, timestampNs: number, tid = pid): PlacementResult {
    const { exactPages, procRoot } = this.#options;
    const folder = tid === pid ? `${procRoot}/${pid}` : `${procRoot}/${pid}/task/${tid}`;
    const resident = this.#residentPages(folder);
    if (resident === undefined) return this.#refused(pid, 'ENOENT');
    if (resident > exactPages) return this.#sample(pid, folder, timestampNs, resident);
    const file = readText(`${folder}/numa_maps`);
    if (!file.ok) return this.#refused(pid, file.errno);
    const mappings = parseNumaMaps(file.text);
    // Of a process that has ended the kernel shows no mapping at all.
    if (mappings.length === 0) return this.#refused(pid, 'ESRCH');
    const placement = placementOf({
      pid,
      timestampNs,
      method: 'numa_maps',
      seenFraction: 1,
      mappings,
    });
    return { ok: true, placement };
  }

  #sample(
    pid: number,
    folder: string,
    timestampNs: number,
    residentPages: number,
  ): PlacementResult {
    const { pageNodes, pageBytes, sampledPages, exactPages } = this.#options;
    if (pageNodes === undefined || pageBytes === undefined) {
      const reason = `process ${pid} has ${residentPages} pages in memory, more than the ${exactPages} that may be walked through, and its pages cannot be asked for one by one`;
      return refusal(unsupported(reason, 'raise the option exactPages'));
    }
    const file = readText(`${folder}/maps`);
    if (!file.ok) return this.#refused(pid, file.errno);
    const map = parseMaps(file.text);
    try {
      const process = { pid, timestampNs, map, residentPages, pageBytes };
      return { ok: true, placement: samplePlacement(process, pageNodes, sampledPages) };
    } catch (error) {
      if (!isMonitorError(error)) throw error;
      return refusal(refusalOf(error));
    }
  }

  /** From VmRSS of its status, which a process without memory lacks; absent when it is gone. */
  #residentPages(folder: string): number | undefined {
    const { pageBytes = SMALL_PAGE } = this.#options;
    const status = optionalText(`${folder}/status`);
    if (status === undefined) return undefined;
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return Math.ceil((kilobytes * 1024) / pageBytes);
  }

  #refused(pid: number, errno: string): PlacementResult {
    const { procRoot } = this.#options;
    if (errno === 'EACCES' || errno === 'EPERM') {
      const reason = `the memory of process ${pid} may not be looked at (${errno}): CAP_SYS_PTRACE is missing, or the process holds more privileges`;
      return refusal(absent('HFTMON_E_CAPABILITY_MISSING', reason, PTRACE_REMEDY));
    }
    if (errno === 'ENOENT' && existsSync(`${procRoot}/${pid}/status`)) {
      return refusal(
        unsupported(
          'the kernel has no /proc/PID/numa_maps (CONFIG_NUMA is off)',
          'boot a kernel built with CONFIG_NUMA=y (every current distribution kernel)',
        ),
      );
    }
    const reason = `process ${pid} has ended`;
    return refusal(absent('HFTMON_E_PROCESS_NOT_FOUND', reason, 'attach to a running process'));
  }
}

function refusal(support: Absent): PlacementResult {
  return { ok: false, support };
}
