import { describe, it } from 'vitest';
import { SwitchFlag } from '@hftmon/core';
import { describeCollectorConformance, taskRecord } from '@hftmon/testkit';
import { createSchedulingCollector, type SchedulingQuery } from '../../src/index.js';
import { piBoostRecord, startRecord, switchRecord } from '../support/records.js';

describeCollectorConformance(
  'sched',
  () => createSchedulingCollector(),
  {
    config: () => ({}),
    query: { timeWindowUs: 1e6, percentiles: [50, 99] } as SchedulingQuery,
    records: [
      taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
      startRecord({ tid: 8, pid: 5 }),
      switchRecord({ flags: SwitchFlag.Voluntary | SwitchFlag.WakeSeen, waker: 9 }),
      switchRecord({ flags: 0, next: 9 }),
      piBoostRecord({ tid: 8, donor: 7 }),
      piBoostRecord({ tid: 8, timestampNs: 9000 }),
    ],
  },
  { describe, it },
);
