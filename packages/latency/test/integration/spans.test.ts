import { Session, CollectorRegistry } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { needs, readTaskStatus, skipUnless, spawnMarks } from '@hftmon/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLatencyCollector, type SlowSpan } from '../../src/index.js';
import { Monitor } from '../support/monitor.js';

/** Turning the processor's counter into ns, and the clock of the records. */
const SLACK_NS = 5_000;

function nsOf(span: SlowSpan, cause: string): number {
  return span.receipt.parts.find((part) => part.cause === cause)?.ns ?? 0;
}

/** Parts sum to the span, exactly as long as doubles allow. */
function checkSum({ receipt, durationNs }: SlowSpan): void {
  const sum = receipt.parts.reduce((total, { ns }) => total + ns, 0);
  expect(sum).toBeCloseTo(durationNs, 1);
  expect(receipt.parts.every(({ ns }) => ns > 0)).toBe(true);
}

describe('spans of a marking process', () => {
  beforeEach((context) => skipUnless(context, needs.root, needs.bpf));

  it('are summed up, each as long as the process says', async () => {
    await using target = await spawnMarks({ threads: 2, spans: 499, spanUs: 20 });
    using monitor = new Monitor([target.pid]);
    const { workers } = await target.go();
    monitor.session.flush();
    const { spans, origins, refused, slow } = monitor.collector.spans();
    expect(refused).toEqual([]);
    expect(origins).toHaveLength(1);
    expect(origins[0]!.counts).toMatchObject({ spans: 998, lost: 0, threads: 2, open: 0 });
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({ name: 'outside', pid: target.pid, count: 998, errors: 0 });
    const longest = Math.max(
      ...workers.flatMap(({ outer }) => outer.map(({ startNs, endNs }) => endNs - startNs)),
    );
    expect(spans[0]!.maxUs! * 1000).toBeLessThanOrEqual(longest + SLACK_NS);
    expect(slow).toHaveLength(5);
    slow.forEach(checkSum);
  });

  it('have receipts that tell a stop, and what the thread itself did', async () => {
    await using target = await spawnMarks({ spans: 5, spanUs: 300_000 });
    const [tid] = target.tids as [number];
    using monitor = new Monitor([target.pid], { spanBudgetUs: 1000 });
    const heard: SlowSpan[] = [];
    monitor.collector.onSpan((span) => heard.push(span));
    target.begin();
    // What happens in the first one may be more than is kept of a thread without spans.
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    process.kill(target.pid, 'SIGSTOP');
    await expect.poll(() => readTaskStatus(target.pid, tid).state, { interval: 1 }).toBe('T');
    const stoppedNs = Number(process.hrtime.bigint());
    await new Promise((done) => setTimeout(done, 60));
    const continueNs = Number(process.hrtime.bigint());
    process.kill(target.pid, 'SIGCONT');
    const { workers } = await target.report();
    await expect.poll(() => heard.length).toBe(5);
    expect(heard.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    heard.forEach(checkSum);
    const stopped = heard.filter((span) => nsOf(span, 'stopped') > 0);
    expect(stopped).toHaveLength(1);
    const [span] = stopped;
    expect(nsOf(span!, 'stopped')).toBeGreaterThanOrEqual(continueNs - stoppedNs);
    expect(nsOf(span!, 'span')).toBeGreaterThan(1e6);
    for (const { durationNs, monotonicNs, id } of heard) {
      const { startNs, endNs } = workers[0]!.outer[id - 1]!;
      expect(monotonicNs).toBeGreaterThanOrEqual(startNs - SLACK_NS);
      expect(monotonicNs + durationNs).toBeLessThanOrEqual(endNs + SLACK_NS);
    }
  });

  it('come with the marks of their id that the monitor was told', async () => {
    await using target = await spawnMarks({ spans: 2, spanUs: 30_000 });
    using monitor = new Monitor([target.pid], { spanBudgetUs: 1000 });
    expect(monitor.session.mark('order sent', 2, 1.5)).toBe(true);
    await target.go();
    monitor.session.flush();
    const { slow } = monitor.collector.spans();
    expect(slow.map(({ id, events }) => ({ id, events }))).toMatchObject([
      { id: 1, events: [] },
      { id: 2, events: [{ name: 'order sent', value: 1.5, type: 'mark' }] },
    ]);
  });

  it('are answered after the close, too', async () => {
    await using target = await spawnMarks({ spans: 7, mode: 'nested' });
    const collector = createLatencyCollector();
    const session = new Session({
      source: new KernelEventSource(),
      registry: new CollectorRegistry().register(collector),
    });
    session.attach(target.pid);
    session.start();
    await target.go();
    session.close();
    const { spans, origins } = collector.spans();
    expect(spans.map(({ name, count, instants }) => [name, count, instants])).toEqual([
      ['moment', 0, 7],
      ['inside', 7, 0],
      ['outside', 7, 0],
    ]);
    expect(origins[0]!.counts).toMatchObject({ spans: 14, instants: 7, open: 0 });
  });
});
