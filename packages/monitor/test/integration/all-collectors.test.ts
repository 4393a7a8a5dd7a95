import { beforeEach, describe, expect, it } from 'vitest';
import {
  needs,
  skipUnless,
  spawnPeriodic,
  spawnSharing,
  spawnSleeper,
  sharingPlace,
  type PeriodicReport,
} from '@hftmon/testkit';
import { HFTResourceMonitor } from '@hftmon/monitor';

beforeEach((context) => skipUnless(context, needs.bpf, needs.root));

const SOMETHING = expect.stringMatching(/./) as string;

const PERIOD_US = 5000;

/** Did it wake up in time? By its own account; a hypervisor may keep it from that. */
function keptRhythm({ wakeUps }: PeriodicReport): boolean {
  const inTime = wakeUps.filter(({ deadlineNs, wokenNs }) => {
    return (wokenNs - deadlineNs) / 1e3 < PERIOD_US / 5;
  });
  return inTime.length >= 0.9 * wakeUps.length;
}

/** A run over a real-time thread with a rhythm, so that there is a period to tell the jitter of. */
async function monitorRhythm() {
  for (let run = 1; ; run++) {
    await using target = await spawnPeriodic({ policy: 'fifo', count: 211, periodUs: PERIOD_US });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    const probed = monitor.probeMetrics();
    monitor.startMonitoring();
    const report = await target.go();
    monitor.stopMonitoring();
    if (run === 5 || keptRhythm(report)) return { probed, reports: monitor.getCollectorReports() };
  }
}

describe('every collector', () => {
  it('delivers the metrics that it said it could, and no others', async (context) => {
    skipUnless(context, needs.realtime);
    const { probed, reports } = await monitorRhythm();
    expect(reports.map(({ name }) => name)).toEqual([
      'ctxsw',
      'irq',
      'sched',
      'cache',
      'numa',
      'latency',
    ]);
    for (const report of reports) {
      const { name, metrics, sources } = report;
      const said = [...probed.get(name)!].filter(([, { ok }]) => ok).map(([metric]) => metric);
      const found = [...sources].filter(([, { ok }]) => ok).map(([metric]) => metric);
      const values = Object.entries(metrics).filter(([, value]) => value !== undefined);
      const delivered = values.map(([metric]) => metric);
      expect({ name, delivered: delivered.sort() }).toEqual({ name, delivered: found.sort() });
      // Only numbers that the run itself brings may appear beyond what the probe could promise.
      expect(said.filter((metric) => !delivered.includes(metric))).toEqual([]);
      for (const [metric, source] of sources) {
        if (source.ok) expect({ metric, source: source.source }).not.toMatchObject({ source: '' });
        else expect({ metric, ...source }).toMatchObject({ reason: SOMETHING, remedy: SOMETHING });
      }
    }
  });

  it('says in its answers why a field is missing', async () => {
    await using target = await spawnSleeper({ count: 7, sleepUs: 1000 });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    await target.go();
    const answers = [
      monitor.getCacheMetrics(),
      ...monitor.getNumaStats({ includeHeatmap: true }),
      ...monitor.getThreadSchedulingInfo({ pid: target.pid }),
    ];
    expect(answers.length).toBeGreaterThan(2);
    for (const answer of answers) {
      for (const [field, source] of Object.entries(answer.sources)) {
        const value = (answer as unknown as Record<string, unknown>)[field];
        if (!source.ok) expect({ field, value }).toEqual({ field, value: emptyOr(value) });
      }
    }
  });
});

/** A list without a source is empty; anything else is absent. */
function emptyOr(value: unknown): unknown {
  return Array.isArray(value) ? [] : undefined;
}

describe('addresses that the cache collector samples', () => {
  it('are the cells of the NUMA heatmap', async () => {
    await using target = await spawnSharing({ layout: 'false' });
    const { line } = sharingPlace(target);
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    monitor.startMonitoring();
    target.begin();
    const query = { includeHeatmap: true, resolution: 'cache_line' } as const;
    const hottest = () => {
      return monitor.getNumaStats(query).flatMap(({ heatmap }) => heatmap?.cells ?? [])[0];
    };
    // The nodes of pages are asked for once a second at most.
    const tids = () => new Set(hottest()?.threads.map(({ tid }) => tid));
    await expect.poll(tids).toEqual(new Set(target.tids));
    expect(hottest()).toMatchObject({
      pid: target.pid,
      address: line,
      grain: 'cache_line',
      source: 'cpu_clock_samples',
    });
    const estimates = monitor.getNumaStats(query).map(({ accessEstimate }) => accessEstimate);
    expect(estimates).toContainEqual(
      expect.objectContaining({ source: 'cpu_clock_samples', local: expect.any(Number) as number }),
    );
  });

  it('are not taken of a process that is to be left alone', async () => {
    await using target = await spawnSharing({ durationMs: 1000, layout: 'false' });
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid, { trackCache: false, trackNuma: false });
    monitor.startMonitoring();
    await target.go();
    expect(monitor.getCacheMetrics().falseSharing.samples?.attributed).toBe(0);
    expect(monitor.getNumaStats().flatMap(({ pages }) => pages)).toEqual([]);
  });
});
