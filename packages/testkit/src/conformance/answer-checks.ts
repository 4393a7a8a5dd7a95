import assert from 'node:assert/strict';
import { createRing, SpscWriter, type MetricSupport, type RecordWriter } from '@hftmon/core';
import { withOpen } from './lifetime.js';
import { assertMetricSupport } from './probe-checks.js';
import { assertValidAnswer } from './valid-answer.js';
import type { CheckGroup } from './options.js';

const STATUS_BITS = 7;

export const answerChecks: CheckGroup = (subject) => [
  {
    name: 'answers before any record',
    run() {
      withOpen(subject, ({ collector }) => {
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
  {
    name: 'answers twice the same when nothing happened in between',
    run() {
      withOpen(subject, ({ collector, host }) => {
        host.source.push(...(subject.options.records ?? []));
        host.deliverAll();
        const first = collector.snapshot(subject.options.query);
        assert.deepEqual(collector.snapshot(subject.options.query), first);
        assertValidAnswer(first, subject.options);
      });
    },
  },
  {
    name: 'answers after it was closed',
    run() {
      withOpen(subject, ({ collector, host }) => {
        host.source.push(...(subject.options.records ?? []));
        host.deliverAll();
        host.close();
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
  {
    name: 'answers with the metrics that it declares',
    run() {
      const { metricNames } = subject.options;
      if (metricNames === undefined) return;
      withOpen(subject, ({ collector, host }) => {
        host.source.push(...(subject.options.records ?? []));
        host.deliverAll();
        const declared = new Set(collector.meta.metrics.map((metric) => metric.name));
        const unknown = [...metricNames(collector.snapshot(subject.options.query))].filter(
          (name) => !declared.has(name),
        );
        assert.deepEqual(unknown, [], 'metrics that meta.metrics does not declare');
      });
    },
  },
  {
    name: 'has values only for metrics that it declares and does not call missing',
    run() {
      withOpen(subject, ({ collector, host }) => {
        if (collector.metrics === undefined) return;
        host.source.push(...(subject.options.records ?? []));
        host.deliverAll();
        const support: MetricSupport = collector.metricSupport?.() ?? new Map();
        assertMetricSupport(collector.meta, support);
        const declared = new Set(collector.meta.metrics.map((metric) => metric.name));
        for (const [name, value] of Object.entries<unknown>({ ...collector.metrics() })) {
          if (value === undefined) continue;
          assert.ok(declared.has(name), `metrics has ${name}, which meta.metrics does not declare`);
          assert.ok(
            support.get(name)?.ok !== false,
            `${name} has a value, but is said to be missing`,
          );
        }
      });
    },
  },
  {
    name: 'samples, also when there is no room for what it finds',
    run() {
      withOpen(subject, ({ collector, host }) => {
        if (collector.sample === undefined) return;
        for (const writer of [host.source.writer, fullWriter()]) {
          for (let i = 0; i < 3; i++) {
            const status: number = collector.sample(i * 1e6, writer);
            assert.equal(status & ~STATUS_BITS, 0, `status ${status} has unknown bits`);
          }
        }
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
];

/** A writer that never has room. */
function fullWriter(): RecordWriter {
  const writer = new SpscWriter(createRing(2));
  while (writer.claim() >= 0) writer.commit();
  return writer;
}
