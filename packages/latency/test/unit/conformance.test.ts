import { describeCollectorConformance } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { createLatencyCollector } from '../../src/index.js';
import { fault, offCpu, ran, softirq, syscall, vector } from '../support/records.js';

describeCollectorConformance(
  'latency',
  () => createLatencyCollector(),
  {
    config: () => ({}),
    query: { includeCauseAnalysis: true },
    records: [
      ran(31, 10_000, 60_000),
      offCpu({ from: 10_000, to: 110_000, next: 31, previous: 37 }),
      softirq(3, { from: 111_000, to: 112_000 }),
      vector({ from: 113_000, to: 114_000 }),
      fault({ from: 200_000, to: 260_000 }),
      syscall(1, { from: 180_000, to: 300_000, net: 60_000 }),
    ],
    checkSnapshot(spikes) {
      for (const { receipt, durationNs } of spikes) {
        const sum = receipt.parts.reduce((total, { ns }) => total + ns, 0);
        expect(sum).toBeCloseTo(durationNs, -1);
      }
    },
  },
  { describe, it },
);
