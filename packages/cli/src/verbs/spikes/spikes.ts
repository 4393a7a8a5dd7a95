import { CAUSE_CLASSES, type CauseClass, type LatencySpike } from '@hftmon/monitor';
import { requireLatency } from '../../args/require-latency.js';
import { requireTarget } from '../../args/require-target.js';
import type { Thresholds } from '../../args/parse-thresholds.js';
import { formatOf, type RunOptions } from '../../args/run-options.js';
import { usageError } from '../../errors/usage-error.js';
import { ExitCode } from '../../exit-codes.js';
import { Output } from '../../io/output.js';
import { watch } from '../../run/watch.js';
import { spikesSummary, SpikeCounter } from './summary.js';
import { enableFlight, requireFlightDirectory, type FlightChoice } from './flight.js';
import { createSpikeWriter } from './writers.js';

export interface SpikesOptions extends RunOptions, FlightChoice {
  readonly threshold: Thresholds;
  /** Factor of adaptive thresholds; `true`: the usual one. */
  readonly adaptive?: number | true;
  readonly maxPerSecond?: number;
  readonly once?: boolean;
  readonly minClass?: string;
}

/** `hftmon spikes`: every spike as soon as it is known, and a summary in the end. */
export async function spikes(
  options: SpikesOptions,
  words: readonly string[] | undefined,
): Promise<ExitCode> {
  const target = requireTarget(options.pid, words);
  const wanted = classesFrom(options.minClass);
  requireLatency('spikes come', options.collectors);
  requireFlightDirectory(options);
  const format = formatOf(options);
  const output = new Output(options.output);
  const writer = createSpikeWriter(format, output);
  const counter = new SpikeCounter();
  try {
    return await watch(
      {
        target,
        output,
        duration: options.duration,
        // The others would cost the target something for nothing that is shown.
        collectors: options.collectors ?? ['latency'],
        roots: { procRoot: options.procRoot, sysRoot: options.sysRoot },
        configuration: configurationFrom(options),
        machineReadable: format !== 'text' && options.output === undefined,
        onReady(monitor, end) {
          enableFlight(monitor, options);
          monitor.on('spike', (spike: LatencySpike) => {
            if (!wanted.has(spike.causeClass)) {
              counter.replace(spike);
              return;
            }
            if (options.once === true && counter.counts().total > 0) return;
            counter.add(spike);
            writer.spike(spike);
            if (options.once === true) end.end('enough');
          });
          monitor.on('correction', (correction) => {
            const incomplete = counter.correct(correction.incomplete);
            if (incomplete.length > 0) writer.correction({ ...correction, incomplete, spans: [] });
          });
        },
      },
      ({ monitor, pids, durationNs, command }) => {
        const { thresholdNs } = options.threshold;
        const counts = counter.counts();
        writer.end(spikesSummary({ monitor, pids, durationNs, thresholdNs, counts, command }));
      },
    );
  } finally {
    await output.close();
  }
}

function configurationFrom({ threshold, adaptive, maxPerSecond }: SpikesOptions) {
  return {
    spikeThresholdUs: threshold.thresholdNs / 1000,
    spikeThresholds: threshold.ofThreads,
    ...(adaptive === undefined
      ? {}
      : { adaptiveSpikeThreshold: adaptive === true ? true : { factor: adaptive } }),
    ...(maxPerSecond === undefined ? {} : { maxSpikesPerSecond: maxPerSecond }),
  };
}

/** The class and all that stand before it in the order of `CAUSE_CLASSES`. */
function classesFrom(minClass: string | undefined): ReadonlySet<CauseClass> {
  if (minClass === undefined) return new Set(CAUSE_CLASSES);
  const at = CAUSE_CLASSES.indexOf(minClass as CauseClass);
  if (at >= 0) return new Set(CAUSE_CLASSES.slice(0, at + 1));
  throw usageError(
    `--min-class "${minClass}" is no class of causes`,
    `choose from ${CAUSE_CLASSES.join(', ')}`,
  );
}
