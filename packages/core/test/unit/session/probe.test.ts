import { describe, expect, it } from 'vitest';
import type { MetricMeta, MetricSupport, Support } from '../../../src/index.js';
import { FakeCollector } from '../../support/fake-collector.js';
import { setUp } from '../../support/session.js';

const HERE: Support = { ok: true, tier: 'hardware', source: 'a counter' };
const NOT_HERE: Support = { ok: false, code: 'HFTMON_E_X', reason: 'no PMU', remedy: 'get one' };

const metrics = ['here_count', 'not_here_count', 'rest_count'].map((name): MetricMeta => ({
  name,
  unit: 'count',
  type: 'counter',
  help: name,
}));

class ManySources extends FakeCollector {
  probeMetrics(): MetricSupport {
    return new Map([
      ['here_count', HERE],
      ['not_here_count', NOT_HERE],
    ]);
  }
}

function answersOf(collector: FakeCollector): Record<string, Support> {
  const { session } = setUp({ collectors: [collector] });
  return Object.fromEntries(session.probeMetrics().get('m')!);
}

describe('probe of metrics', () => {
  it('takes what a collector says of one, and the answer for the whole for the rest', () => {
    const collector = new ManySources('m', { metrics });
    expect(answersOf(collector)).toEqual({
      here_count: HERE,
      not_here_count: NOT_HERE,
      rest_count: collector.support,
    });
  });

  it('finds none of a collector that cannot be served', () => {
    const collector = new ManySources('m', { metrics });
    collector.support = NOT_HERE;
    expect(new Set(Object.values(answersOf(collector)))).toEqual(new Set([NOT_HERE]));
  });

  it('finds none of a collector whose probe of metrics throws', () => {
    const collector = Object.assign(new FakeCollector('m', { metrics }), {
      probeMetrics(): MetricSupport {
        throw new Error('on purpose');
      },
    });
    for (const answer of Object.values(answersOf(collector))) {
      expect(answer).toMatchObject({ ok: false, reason: 'its probe threw: on purpose' });
    }
  });
});
