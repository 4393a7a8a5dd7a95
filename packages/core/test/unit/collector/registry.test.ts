import { describe, expect, it } from 'vitest';
import {
  CollectorRegistry,
  FIRST_PLUGIN_KIND,
  HOST_API_VERSION,
  validateCollector,
  type Collector,
  type CollectorMeta,
} from '../../../src/index.js';
import { FakeCollector, metaOf } from '../../support/fake-collector.js';

function code(expected: string, fields: object = {}): Error {
  return expect.objectContaining({ code: expected, ...fields }) as Error;
}

const metric = metaOf('x').metrics[0]!;

describe('validateCollector', () => {
  it('accepts a good one', () => {
    validateCollector(new FakeCollector('my-collector-2', { pluginKinds: ['my.event', 'other'] }));
  });

  it.each<[string, Partial<Record<keyof CollectorMeta, unknown>>]>([
    ['meta.name', { name: 'Ctx Switch' }],
    ['meta.name', { name: '' }],
    ['meta.name', { name: 7 }],
    ['meta.version', { version: '1.0' }],
    ['meta.summary', { summary: ' ' }],
    ['meta.kinds', { kinds: undefined }],
    ['meta.kinds', { kinds: [99] }],
    ['meta.kinds', { kinds: ['Switch'] }],
    ['meta.metrics', { metrics: {} }],
    ['meta.needs', { needs: null }],
    ['meta.metrics[].name', { metrics: [{ ...metric, name: 'camelCase' }] }],
    ['meta.metrics.switches_count.unit', { metrics: [{ ...metric, unit: 'seconds' }] }],
    ['meta.metrics.switches_count.type', { metrics: [{ ...metric, type: 'summary' }] }],
    ['meta.metrics.switches_count.help', { metrics: [{ ...metric, help: 'Ends with a stop.' }] }],
    ['meta.metrics.switches_count.help', { metrics: [{ ...metric, help: '' }] }],
    ['meta.metrics', { metrics: [metric, metric] }],
    ['meta.needs[].type', { needs: [{ type: 'luck', name: 'x' }] }],
    ['meta.needs[].name', { needs: [{ type: 'file', name: '' }] }],
    ['meta.pluginKinds', { pluginKinds: 'event' }],
    ['meta.pluginKinds', { pluginKinds: ['Bad Name'] }],
    ['meta.pluginKinds', { pluginKinds: ['twice', 'twice'] }],
  ])('names the field %s of %o', (field, changes) => {
    const collector = new FakeCollector('x', changes as Partial<CollectorMeta>);
    expect(() => validateCollector(collector)).toThrow(code('HFTMON_E_COLLECTOR_META', { field }));
  });

  it('refuses a collector for another host API', () => {
    const collector = new FakeCollector('x', { apiVersion: HOST_API_VERSION + 1 });
    expect(() => validateCollector(collector)).toThrow(
      code('HFTMON_E_COLLECTOR_API', { found: HOST_API_VERSION + 1, expected: HOST_API_VERSION }),
    );
  });

  it.each(['probe', 'open', 'snapshot', 'close'])('misses %s()', (member) => {
    const collector = Object.assign(new FakeCollector('x'), { [member]: undefined });
    expect(() => validateCollector(collector)).toThrow(
      code('HFTMON_E_COLLECTOR_SHAPE', { member }),
    );
  });

  it.each(['attach', 'leave', 'detach', 'onRecords', 'sample', 'idle', 'metrics'])(
    'refuses an optional %s that is no method',
    (member) => {
      const collector = Object.assign(new FakeCollector('x'), { [member]: 5 });
      expect(() => validateCollector(collector as never)).toThrow(
        code('HFTMON_E_COLLECTOR_SHAPE', { member }),
      );
    },
  );

  it('survives a collector without meta', () => {
    for (const meta of [undefined, null, 5]) {
      expect(() => validateCollector({ meta } as unknown as Collector)).toThrow(
        code('HFTMON_E_COLLECTOR_META'),
      );
    }
  });
});

describe('CollectorRegistry', () => {
  it('lists in order of registration, with frozen options', () => {
    const registry = new CollectorRegistry();
    const config = { deep: true };
    registry.register(new FakeCollector('b'), config).register(new FakeCollector('a'));
    expect(registry.list().map(({ collector }) => collector.meta.name)).toEqual(['b', 'a']);
    expect(registry.get('b').config).toBe(config);
    expect(Object.isFrozen(config)).toBe(true);
    expect(registry.has('a')).toBe(true);
    expect(registry.has('c')).toBe(false);
  });

  it('refuses a second one of the same name', () => {
    const registry = new CollectorRegistry().register(new FakeCollector('a'));
    expect(() => registry.register(new FakeCollector('a'))).toThrow(
      code('HFTMON_E_COLLECTOR_DUPLICATE', { collector: 'a' }),
    );
  });

  it('says which names there are', () => {
    const registry = new CollectorRegistry();
    expect(() => registry.get('a')).toThrow(code('HFTMON_E_COLLECTOR_UNKNOWN', { known: 'none' }));
    registry.register(new FakeCollector('b')).register(new FakeCollector('c'));
    expect(() => registry.get('a')).toThrow(code('HFTMON_E_COLLECTOR_UNKNOWN', { known: 'b, c' }));
  });

  it('numbers the record kinds of plugins', () => {
    const registry = new CollectorRegistry()
      .register(new FakeCollector('a', { pluginKinds: ['a.x', 'a.y'] }))
      .register(new FakeCollector('b', { pluginKinds: ['b.x'] }));
    expect(registry.pluginKind('a', 'a.x')).toBe(FIRST_PLUGIN_KIND);
    expect(registry.pluginKind('a', 'a.y')).toBe(FIRST_PLUGIN_KIND + 1);
    expect(registry.pluginKind('b', 'b.x')).toBe(FIRST_PLUGIN_KIND + 2);
    for (const [collector, kind] of [
      ['a', 'b.x'],
      ['a', 'none'],
    ] as const) {
      expect(() => registry.pluginKind(collector, kind)).toThrow(
        code('HFTMON_E_PLUGIN_KIND_UNKNOWN'),
      );
    }
  });

  it('keeps nothing of a collector whose kind is taken', () => {
    const registry = new CollectorRegistry().register(
      new FakeCollector('a', { pluginKinds: ['k'] }),
    );
    const late = new FakeCollector('b', { pluginKinds: ['new', 'k'] });
    expect(() => registry.register(late)).toThrow(
      code('HFTMON_E_PLUGIN_KIND_DUPLICATE', { kind: 'k', owner: 'a' }),
    );
    expect(registry.has('b')).toBe(false);
    registry.register(new FakeCollector('c', { pluginKinds: ['new'] }));
    expect(registry.pluginKind('c', 'new')).toBe(FIRST_PLUGIN_KIND + 1);
  });

  it('runs out of numbers at the end of the field', () => {
    const kinds = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `k${from + i}`);
    const registry = new CollectorRegistry().register(
      new FakeCollector('a', { pluginKinds: kinds(0, 0x7fff) }),
    );
    const two = new FakeCollector('b', { pluginKinds: kinds(0x7fff, 2) });
    expect(() => registry.register(two)).toThrow(code('HFTMON_E_PLUGIN_KINDS_EXHAUSTED'));
    registry.register(new FakeCollector('c', { pluginKinds: kinds(0x7fff, 1) }));
    expect(registry.pluginKind('c', 'k32767')).toBe(0xffff);
  });
});
