import type { Target } from '@hftmon/core';
import { closeAtExit } from '../files/close-at-exit.js';
import type { KernelFiles } from '../files/kernel-files.js';
import { ownMark } from '../files/process-mark.js';
import type { NumaHost } from '../host/numa-host.js';
import { present, unsupported, type Absent } from '../support/absent.js';
import type { Measured } from '../support/measured.js';
import type { TargetTraffic } from '../types.js';
import { nodeOfDomain } from './cache-domains.js';
import { removeLeftoverGroups } from './leftovers.js';
import { MonitorGroup, type DomainBytes } from './monitor-group.js';
import { findResctrl, type ResctrlMount } from './resctrl-mount.js';

const NOT_YET = unsupported('the counters were read only once', 'ask again after the next sample');
const NO_TARGET = unsupported(
  'no target is attached any more whose traffic could be counted',
  'attach a process that runs',
);
const NOT_ASKED = unsupported(
  'a monitoring group per target was not asked for',
  'hftmon stat --resctrl (option resctrl)',
);

interface Rate {
  local: number;
  total: number;
}

/** Memory traffic of the target processes alone, by node, from monitoring groups of resctrl. */
export class ResctrlTraffic {
  readonly #files: KernelFiles;
  readonly #procRoot: string;
  readonly #mount: ResctrlMount;
  readonly #nodeOfDomain: ReadonlyMap<number, number>;
  readonly #groups = new Map<number, MonitorGroup>();
  readonly #last = new Map<number, readonly DomainBytes[]>();
  readonly #forget: () => void;
  /** Targets without a group, by pid. */
  readonly #refused = new Map<number, Absent>();
  #rates: ReadonlyMap<number, Rate> | undefined;
  #lastNs: number | undefined;

  /** Also removes what monitors that were killed have left there. */
  constructor(files: KernelFiles, procRoot: string, sysRoot: string, host: NumaHost) {
    this.#files = files;
    this.#procRoot = procRoot;
    this.#mount = findResctrl(files, procRoot, sysRoot);
    this.#nodeOfDomain = nodeOfDomain(host, sysRoot);
    if (this.#mount.ok) removeLeftoverGroups(files, this.#mount.folder, procRoot);
    this.#forget = closeAtExit(this);
  }

  attach({ pid }: Target): void {
    if (!this.#mount.ok || this.#groups.has(pid)) return;
    const owner = ownMark();
    const opened = MonitorGroup.open(this.#files, this.#mount.folder, this.#procRoot, owner, pid);
    if (opened.ok) this.#groups.set(pid, opened.group);
    else this.#refused.set(pid, opened);
  }

  detach({ pid }: Target): void {
    this.#groups.get(pid)?.close();
    this.#groups.delete(pid);
    this.#last.delete(pid);
    this.#refused.delete(pid);
    // What was counted of those that left is no rate of now.
    if (this.#groups.size === 0) this.#rates = undefined;
  }

  /** Reads the counters. @param nowNs - ns since the epoch */
  poll(nowNs: number): void {
    const seconds = (nowNs - (this.#lastNs ?? nowNs)) / 1e9;
    this.#lastNs = nowNs;
    const rates = new Map<number, Rate>();
    let compared = false;
    for (const [pid, group] of this.#groups) {
      const now = group.read();
      const before = this.#last.get(pid);
      this.#last.set(pid, now);
      if (before === undefined || seconds <= 0) continue;
      compared = true;
      for (const { domain, localBytes, totalBytes } of now) {
        const nodeId = this.#nodeOfDomain.get(domain);
        const earlier = before.find((bytes) => bytes.domain === domain);
        if (nodeId === undefined || earlier === undefined) continue;
        const rate = rates.get(nodeId) ?? { local: 0, total: 0 };
        rate.local += (localBytes - earlier.localBytes) / seconds;
        rate.total += (totalBytes - earlier.totalBytes) / seconds;
        rates.set(nodeId, rate);
      }
    }
    if (compared) this.#rates = rates;
  }

  /** Traffic through the caches of a node's CPUs between the last two polls. */
  from(nodeId: number): Measured<TargetTraffic> {
    if (!this.#mount.ok) return { value: undefined, support: this.#mount };
    const rate = this.#rates?.get(nodeId);
    const [refused] = this.#refused.values();
    if (rate === undefined) {
      const missing = this.#groups.size === 0 ? NO_TARGET : NOT_YET;
      return { value: undefined, support: refused ?? missing };
    }
    return {
      value: { localMbPerSec: rate.local / 1e6, totalMbPerSec: rate.total / 1e6 },
      support: present(
        'hardware',
        'resctrl mon_groups: mbm_local_bytes, mbm_total_bytes',
        this.#gaps(),
      ),
    };
  }

  /** What of the targets is not in the figures. */
  #gaps(): string | undefined {
    const gaps: string[] = [];
    const [refused] = this.#refused.values();
    if (refused !== undefined) {
      gaps.push(`${this.#refused.size} processes are not counted: ${refused.reason}`);
    }
    const threads = [...this.#groups.values()].reduce((sum, each) => sum + each.refusedThreads, 0);
    if (threads > 0) gaps.push(`${threads} threads are in other control groups`);
    return gaps.length === 0 ? undefined : gaps.join('; ');
  }

  /** Removes every group. Idempotent; the last figures stay. */
  close(): void {
    for (const group of this.#groups.values()) group.close();
    this.#groups.clear();
    this.#forget();
  }
}

/** What is said where the user did not consent. */
export function withoutResctrl(): Measured<TargetTraffic> {
  return { value: undefined, support: NOT_ASKED };
}
