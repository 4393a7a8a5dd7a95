import type { LatencyOptions } from '@hftmon/latency';
import type { MonitorConfiguration } from './configuration.js';

/** What of the configuration the latency collector is told. */
export function latencyOptions(
  configuration: Omit<MonitorConfiguration, 'cpuAffinity'>,
): LatencyOptions {
  const { spikeThresholdUs, spikeThresholds, adaptiveSpikeThreshold } = configuration;
  const { maxSpikesPerSecond, spanBudgetUs, delivery } = configuration;
  return {
    thresholdUs: spikeThresholdUs,
    thresholds: spikeThresholds,
    adaptive: adaptiveSpikeThreshold,
    ...(maxSpikesPerSecond === 0 ? {} : { maxSpikesPerSecond }),
    spanBudgetUs,
    eager: delivery === 'busy',
  };
}
