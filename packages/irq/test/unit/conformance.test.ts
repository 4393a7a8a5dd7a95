import { describe, it } from 'vitest';
import { VectorType } from '@hftmon/core';
import { describeCollectorConformance, taskRecord } from '@hftmon/testkit';
import { createInterruptCollector, type InterruptQuery } from '../../src/index.js';
import {
  hardIrqRecord,
  nmiRecord,
  softirqRecord,
  vectorRecord,
  workRecord,
} from '../support/interrupt-records.js';

describeCollectorConformance(
  'irq',
  () => createInterruptCollector(),
  {
    config: () => ({}),
    query: {} as InterruptQuery,
    records: [
      taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
      hardIrqRecord(24),
      softirqRecord(3, { delayNs: 700, raiser: 8 }),
      vectorRecord(VectorType.Reschedule, { sender: { tid: 8, cpu: 1, sends: 2, callSite: 1n } }),
      nmiRecord(1n),
      workRecord({ delayNs: 900 }),
    ],
  },
  { describe, it },
);
