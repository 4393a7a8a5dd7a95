import { createRing, SpscWriter } from '@hftmon/core';
import { createProbeEnvironment } from '@hftmon/perf-native';
import { LineSharing } from '../../src/sharing/line-sharing.js';
import type { FalseSharingReport } from '../../src/sharing/report.js';
import { offerSharing } from '../../src/sharing/sharing-support.js';
import { sharingSettings, type SharingConfig } from '../../src/sharing/settings.js';

const STEP_MS = 20;
/** How long an answer may take on a loaded host; its targets live for as long. */
export const LIMIT_S = 240;

/** Samples often enough for a test. */
export const FAST = { addressSampling: { periodUs: 2000 } } as const;

/** The search for shared lines in processes, on the kernel of this host. */
export class SharingRun implements Disposable {
  readonly sharing: LineSharing;
  /** Full at some time: nobody reads. */
  readonly writer = new SpscWriter(createRing(1024));

  /** @param sysRoot - another host's lists of CPUs */
  constructor(pids: readonly number[], config: SharingConfig = FAST, sysRoot = '/sys') {
    const settings = sharingSettings(config, {});
    const offer = offerSharing(createProbeEnvironment(), settings);
    const roots = { procRoot: '/proc', sysRoot };
    const { writer } = this;
    this.sharing = new LineSharing({ offer, settings, epochNs: 0n, writer, ...roots });
    for (const pid of pids) this.sharing.attach(pid);
  }

  /** Goes on as the host would, until the report is as wanted. */
  async until(isWanted: (report: FalseSharingReport) => boolean): Promise<FalseSharingReport> {
    const deadline = performance.now() + 1000 * LIMIT_S;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      this.sharing.sample(performance.now() * 1e6);
      const report = this.sharing.report();
      if (isWanted(report)) return report;
      if (performance.now() > deadline) {
        throw new Error(`not within ${LIMIT_S} s: ${JSON.stringify(report, null, 1)}`);
      }
    }
  }

  [Symbol.dispose](): void {
    this.sharing.close();
  }
}

/** So many samples with an address: what is wrong shows by then. */
export function hasSamples(count: number): (report: FalseSharingReport) => boolean {
  return ({ samples }) => (samples?.attributed ?? 0) >= count;
}
