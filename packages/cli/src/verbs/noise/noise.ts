import { createProbeEnvironment, HFTResourceMonitor, type NoiseGap } from '@hftmon/monitor';
import { definedOnly } from '../../args/defined-only.js';
import { formatOf, type OutputOptions, type RootOptions } from '../../args/run-options.js';
import { warn } from '../../errors/warn.js';
import { ExitCode } from '../../exit-codes.js';
import { toJson } from '../../format/json.js';
import { Output } from '../../io/output.js';
import { styleFor } from '../../io/style.js';
import { RunEnd } from '../../run/run-end.js';
import { gapJson, noiseJson } from './document.js';
import { noiseText } from './text.js';

export interface NoiseVerbOptions extends OutputOptions, RootOptions {
  readonly cpu: number;
  /** ns. */
  readonly duration: number;
  /** Between two samples, ns; 0: as often as possible. */
  readonly rate: number;
  /** ns. */
  readonly threshold: number;
  readonly priority?: number;
  readonly force?: boolean;
}

/** `hftmon noise`: what keeps a busy thread from its CPU. Exit code 1 when it had to be ended. */
export async function noise(options: NoiseVerbOptions): Promise<ExitCode> {
  const format = formatOf(options);
  const { procRoot, sysRoot } = options;
  const environment = createProbeEnvironment(definedOnly({ procRoot, sysRoot }));
  const output = new Output(options.output);
  using end = new RunEnd();
  using monitor = new HFTResourceMonitor({ environment });
  const stop = new AbortController();
  void end.reason.then(() => stop.abort());
  output.onBroken = () => end.end('unread');
  try {
    const report = await monitor.probeNoise({
      cpu: options.cpu,
      durationMs: options.duration / 1e6,
      intervalNs: options.rate,
      thresholdNs: options.threshold,
      realtimePriority: options.priority ?? 0,
      force: options.force === true,
      signal: stop.signal,
      onReady: () => sayProbing(options.cpu),
      ...(format === 'jsonl'
        ? { onGap: (gap: NoiseGap) => output.line(toJson(gapJson(gap), 'jsonl')) }
        : {}),
    });
    const { kernelEvents } = report;
    if (!kernelEvents.ok) {
      warn(`gaps have no causes: ${kernelEvents.reason}. Remedy: ${kernelEvents.remedy}`);
    }
    if (format === 'text') {
      for (const line of noiseText(report, styleFor(output.isTerminal))) output.line(line);
    } else output.line(toJson(noiseJson(report, format === 'json'), format));
    return report.end === 'overdue' ? ExitCode.CheckFailed : ExitCode.Ok;
  } finally {
    await output.close();
  }
}

/** Tells people from when on it runs. */
function sayProbing(cpu: number): void {
  if (process.stderr.isTTY === true) process.stderr.write(`hftmon: probing CPU ${cpu}\n`);
}
