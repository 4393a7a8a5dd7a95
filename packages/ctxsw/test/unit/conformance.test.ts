import { describe, it } from 'vitest';
import { SwitchFlag } from '@hftmon/core';
import { describeCollectorConformance, taskRecord } from '@hftmon/testkit';
import { createContextSwitchCollector, type ContextSwitchQuery } from '../../src/index.js';
import { migrateRecord, switchRecord } from '../support/switch-record.js';

describeCollectorConformance(
  'ctxsw',
  () => createContextSwitchCollector(),
  {
    config: () => ({}),
    query: { includeStackTrace: true } as ContextSwitchQuery,
    records: [
      taskRecord({ tid: 7, pid: 5, comm: 'engine' }),
      switchRecord({ flags: SwitchFlag.Voluntary | SwitchFlag.WakeSeen, waker: 9 }),
      switchRecord({ flags: 0, next: 9 }),
      migrateRecord(0, 1),
    ],
  },
  { describe, it },
);
