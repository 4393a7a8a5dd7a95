import { describe, expect, it } from 'vitest';
import { styleFor } from '../../src/io/style.js';
import type { StatDocument } from '../../src/verbs/stat/document.js';
import { collectorText, processText } from '../../src/verbs/stat/text.js';

const document: StatDocument = {
  schema: 'hftmon.stat/1',
  type: 'stat',
  pid: 4711,
  durationNs: 2_000_000_000,
  threads: [],
  collectors: {
    files: {
      tier: 'procfs',
      source: '/proc',
      metrics: { read_count: 7 },
      sources: {
        miss_count: { tier: null, source: null, reason: 'no PMU', remedy: 'get one' },
        hit_count: { tier: null, source: null, reason: 'no PMU', remedy: 'get one' },
      },
      lost: 0,
    },
  },
  details: {},
  losses: { seen: 0, emitted: 0, filtered: 0, dropped: 0 },
};

describe('a run without kernel events', () => {
  it('does not call threads that nobody counted none', () => {
    const text = processText(document, styleFor(false)).join('\n');
    expect(text).toMatch(/^process 4711: 2 ?s/);
    expect(text).toContain('threads were not counted');
    expect(text).not.toMatch(/0 threads|tid/);
  });
});

describe('metrics that are absent', () => {
  it('share the line of their reason', () => {
    const metrics = ['read_count', 'miss_count', 'hit_count'].map((name) => ({
      name,
      unit: 'count',
    }));
    const registered = [{ collector: { meta: { name: 'files', metrics } } }] as never;
    const lines = collectorText(document, registered, styleFor(false));
    expect(lines).toContain('  not available: miss_count, hit_count: no PMU; get one');
    expect(lines).toContain('  read_count  7');
  });
});
