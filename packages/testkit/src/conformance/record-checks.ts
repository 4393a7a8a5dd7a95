import assert from 'node:assert/strict';
import { RecordKind, createBatch, type Collector, type RecordBatch } from '@hftmon/core';
import { Prng } from '../random/prng.js';
import { noLosses } from '../fakes/fake-event-source.js';
import { withOpen } from './lifetime.js';
import { liveBytes } from './memory.js';
import { fillRandom, fillRandomOfKinds, foreignBatch } from './random-batches.js';
import { assertValidAnswer } from './valid-answer.js';
import type { CheckGroup, Subject } from './options.js';

const SEED = 20_261_123;
const WARM_UP_BATCHES = 200;
const MEASURED_BATCHES = 800;
const BATCH_RECORDS = 512;

export const recordChecks: CheckGroup = (subject) => [
  {
    name: 'takes an empty batch',
    run() {
      withOpen(subject, ({ collector }) => {
        collector.onRecords?.(createBatch(4));
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
  {
    name: 'takes records of foreign kinds, and they change nothing',
    run() {
      withOpen(subject, ({ collector }) => {
        const before = collector.snapshot(subject.options.query);
        assertValidAnswer(before, subject.options);
        const random = new Prng(SEED);
        for (let i = 0; i < 20; i++) collector.onRecords?.(foreignBatch(random));
        assert.deepEqual(collector.snapshot(subject.options.query), before);
      });
    },
  },
  {
    name: 'takes random bytes',
    run() {
      withOpen(subject, ({ collector }) => {
        feed(collector, 100, fillRandom);
        collector.snapshot(subject.options.query);
      });
    },
  },
  {
    name: 'takes random bytes under its own kinds',
    run() {
      withOpen(subject, ({ collector, host }) => {
        const kinds = ownKinds(subject, (name) => host.context.pluginKind(name));
        feed(collector, 100, (batch, random) => fillRandomOfKinds(batch, random, kinds));
        collector.snapshot(subject.options.query);
      });
    },
  },
  {
    name: 'does not grow with what it is fed',
    run: () => doesNotGrow(subject),
  },
  {
    name: 'goes on after lost records',
    run() {
      withOpen(subject, ({ collector, host }) => {
        const records = subject.options.records ?? [{ kind: RecordKind.Switch, tid: 7 }];
        host.source.push(...records);
        host.deliverAll();
        host.source.lossCounts = { ...noLosses, seen: 1e6, emitted: 10, dropped: 1e6 - 10 };
        // Overwrites what was there several times over before the next look.
        for (let i = 0; i < 5 * host.source.ring.capacity; i += records.length) {
          host.source.push(...records);
        }
        host.deliverAll();
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
];

/** Kinds that it consumes and kinds of its own. */
function ownKinds<C, Q, S>(
  { create }: Subject<C, Q, S>,
  pluginKind: (name: string) => number,
): number[] {
  const { kinds, pluginKinds = [] } = create().meta;
  const own = [...kinds, ...pluginKinds.map(pluginKind)];
  return own.length > 0 ? own : Object.values(RecordKind);
}

function feed<C, Q, S>(
  collector: Collector<C, Q, S>,
  batches: number,
  fill: (batch: RecordBatch, random: Prng) => void,
  seed = SEED,
): void {
  const random = new Prng(seed);
  const batch = createBatch(BATCH_RECORDS);
  for (let i = 0; i < batches; i++) {
    fill(batch, random);
    batch.firstSequence = (i * BATCH_RECORDS) >>> 0;
    collector.onRecords?.(batch);
  }
}

/** Every random record has a tid, an address and a CPU of its own: a map by any of them grows. */
function doesNotGrow<C, Q, S>(subject: Subject<C, Q, S>): void {
  withOpen(subject, ({ collector, host }) => {
    const kinds = ownKinds(subject, (name) => host.context.pluginKind(name));
    const fill = (batch: RecordBatch, random: Prng): void =>
      fillRandomOfKinds(batch, random, kinds);
    feed(collector, WARM_UP_BATCHES, fill);
    const before = liveBytes();
    feed(collector, MEASURED_BATCHES, fill, SEED + 1);
    const grown = liveBytes() - before;
    const limit = subject.options.maxGrowthBytes ?? 16 * 2 ** 20;
    const records = MEASURED_BATCHES * BATCH_RECORDS;
    assert.ok(grown <= limit, `${grown} bytes stay after ${records} random records`);
  });
}
