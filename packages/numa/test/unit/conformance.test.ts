import { describe, it } from 'vitest';
import { describeCollectorConformance } from '@hftmon/testkit';
import { createNumaCollector, type NumaQuery } from '../../src/index.js';

describeCollectorConformance(
  'numa',
  () => createNumaCollector(),
  {
    config: () => ({}),
    query: { includeHeatmap: true } as NumaQuery,
  },
  { describe, it },
);
