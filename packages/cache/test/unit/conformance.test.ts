import { describe, it } from 'vitest';
import { taskRecord, describeCollectorConformance } from '@hftmon/testkit';
import { createCacheCollector, type CacheQuery } from '../../src/index.js';

describeCollectorConformance(
  'cache',
  () => createCacheCollector(),
  {
    config: () => ({ confirmFalseSharing: true }),
    query: {} as CacheQuery,
    records: [taskRecord({ tid: 7, pid: 5, comm: 'engine' })],
  },
  { describe, it },
);
