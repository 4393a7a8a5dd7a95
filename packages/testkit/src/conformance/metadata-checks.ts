import assert from 'node:assert/strict';
import { validateCollector, type Collector, type MetricUnit } from '@hftmon/core';
import type { CheckGroup } from './options.js';

/** Ends of a metric's name that belong to a unit. */
const UNIT_ENDS: Readonly<Record<string, MetricUnit>> = {
  _ns: 'ns',
  _us: 'us',
  _bytes: 'bytes',
  _ratio: 'ratio',
  _bytes_per_second: 'bytes_per_second',
  _hertz: 'hertz',
};

export const metadataChecks: CheckGroup = ({ create }) => [
  {
    name: 'describes itself as the host wants',
    run() {
      validateCollector(create() as Collector<never, never> as unknown as Collector);
    },
  },
  {
    name: 'describes itself the same each time',
    run() {
      assert.deepEqual(create().meta, create().meta);
    },
  },
  {
    name: 'names each metric once, and with its unit',
    run() {
      const { metrics } = create().meta;
      const names = metrics.map((metric) => metric.name);
      assert.equal(new Set(names).size, names.length, `duplicate among ${names.join(', ')}`);
      for (const { name, unit } of metrics) {
        for (const [end, expected] of Object.entries(UNIT_ENDS)) {
          if (name.endsWith(end)) {
            assert.equal(unit, expected, `metric ${name} ends in ${end}, but its unit is ${unit}`);
          }
        }
        const spelled = ['ns', 'us', 'bytes'].includes(unit);
        assert.ok(!spelled || name.endsWith(`_${unit}`), `metric ${name} does not end in _${unit}`);
      }
    },
  },
  {
    name: 'names each record kind once',
    run() {
      const { kinds, pluginKinds = [] } = create().meta;
      assert.equal(new Set(kinds).size, kinds.length, 'a kind stands twice in meta.kinds');
      assert.equal(new Set(pluginKinds).size, pluginKinds.length, 'a plugin kind stands twice');
    },
  },
];
