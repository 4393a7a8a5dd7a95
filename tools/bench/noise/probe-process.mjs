// Probes the noise of a CPU and prints what it found: CPU, seconds, ns between two samples (0: none).
import { setTimeout as sleep } from 'node:timers/promises';
import { RECORD_WORDS, durationAt } from '@hftmon/core';
import { NoiseProbe } from '@hftmon/perf-native';

const [cpu, seconds, intervalNs] = process.argv.slice(2).map(Number);
const probe = new NoiseProbe({
  cpu,
  durationMs: seconds * 1000,
  intervalNs,
  thresholdNs: 1000,
  epochNs: process.hrtime.bigint(),
});
let over10us = 0;

function take() {
  for (let batch = probe.pollGaps(); batch.count > 0; batch = probe.pollGaps()) {
    for (let i = 0; i < batch.count; i++) {
      if (durationAt(batch.f64, i * RECORD_WORDS) > 10_000) over10us++;
    }
  }
}

probe.start();
while (!probe.ended) {
  await sleep(50);
  take();
}
take();
probe.close();
const stats = probe.stats();
console.log(
  JSON.stringify({
    ...stats,
    over10us,
    refused: probe.refusedGaps,
    histogram: probe.histogram().toJSON(),
  }),
);
