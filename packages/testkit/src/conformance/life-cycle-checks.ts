import assert from 'node:assert/strict';
import type { CollectorContext, Target } from '@hftmon/core';
import { failAfter } from './failing-context.js';
import { withHosted, withOpen } from './lifetime.js';
import { FAKE_PID } from './prepare.js';
import { leftBehind, takeStock } from './resources.js';
import { assertValidAnswer } from './valid-answer.js';
import type { CheckGroup, Subject } from './options.js';

export const lifeCycleChecks: CheckGroup = (subject) => [
  {
    name: 'gives back everything when it is closed',
    run: () => givesBack(subject),
  },
  {
    name: 'may be closed again, and without having been open',
    run() {
      withHosted(subject, ({ collector, open, host }) => {
        collector.close();
        open();
        host.close();
        collector.close();
        collector.close();
      });
    },
  },
  {
    name: 'gives back everything when open fails, and opens after that',
    run: () => survivesFailedOpen(subject),
  },
  {
    name: 'does not change its options',
    run() {
      withHosted(subject, ({ host }) => {
        const config = subject.options.config();
        const copy = structuredClone(config);
        host.open(config);
        assert.deepEqual(config, copy);
      });
    },
  },
  {
    name: 'is not disturbed by targets that it does not know',
    run() {
      withOpen(subject, ({ collector }) => {
        collector.leave?.(targetOf(1));
        collector.detach?.(targetOf(1));
        collector.attach?.(targetOf(FAKE_PID));
        collector.attach?.(targetOf(FAKE_PID));
        collector.attach?.(targetOf(2 ** 22));
        collector.detach?.(targetOf(FAKE_PID));
        collector.detach?.(targetOf(FAKE_PID));
        collector.detach?.(targetOf(2 ** 22));
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
  {
    name: 'takes records of a target that leaves, until it has left',
    run() {
      withOpen(subject, ({ collector, host }) => {
        const records = subject.options.records ?? [];
        collector.attach?.(targetOf(FAKE_PID));
        host.source.push(...records);
        host.deliverAll();
        collector.leave?.(targetOf(FAKE_PID));
        host.source.push(...records);
        host.deliverAll();
        collector.detach?.(targetOf(FAKE_PID));
        assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
      });
    },
  },
  {
    name: 'finds nothing when it is told that nothing has come',
    run() {
      withOpen(subject, ({ collector, host }) => {
        host.source.push(...(subject.options.records ?? []));
        host.deliverAll();
        const before = collector.snapshot(subject.options.query);
        for (let i = 0; i < 3; i++) collector.idle?.();
        assert.deepEqual(collector.snapshot(subject.options.query), before);
      });
    },
  },
];

function targetOf(pid: number): Target {
  return { pid, comm: 'target', startTimeTicks: 1000, attachedNs: 0 };
}

function givesBack<C, Q, S>(subject: Subject<C, Q, S>): void {
  const cycle = (): void =>
    withHosted(subject, ({ host, roots, open }) => {
      const files = roots.tree();
      open();
      host.collector.attach?.(targetOf(FAKE_PID));
      host.source.push(...(subject.options.records ?? []));
      host.deliverAll();
      host.close();
      assert.deepEqual(roots.tree(), files, 'files under /proc or /sys were changed for good');
      assert.equal(host.pendingUndo, 0);
    });
  cycle(); // loads what is loaded once per process
  const before = takeStock();
  for (let i = 0; i < 5; i++) cycle();
  assert.deepEqual(leftBehind(before, takeStock()), []);
}

/** Lets `open` fail at each thing that it asks of the host, one after the other. */
function survivesFailedOpen<C, Q, S>(subject: Subject<C, Q, S>): void {
  withHosted(subject, ({ host, roots, open, collector }) => {
    open();
    host.close();
    const before = takeStock();
    const files = roots.tree();
    for (let uses = 0; uses < 1000; uses++) {
      const context: CollectorContext = failAfter(host.context, uses);
      let failed = false;
      try {
        host.open(subject.options.config(), context);
      } catch {
        failed = true;
      }
      host.close();
      assert.deepEqual(leftBehind(before, takeStock()), [], `after a failure at step ${uses}`);
      assert.deepEqual(roots.tree(), files, `files changed by a failure at step ${uses}`);
      if (!failed) break;
    }
    open();
    assertValidAnswer(collector.snapshot(subject.options.query), subject.options);
  });
}
