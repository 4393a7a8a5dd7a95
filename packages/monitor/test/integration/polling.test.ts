import { allowedCpus, needs, skipUnless, spawnSpinner } from '@hftmon/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { HFTResourceMonitor } from '../../src/index.js';

const [first = 0, second = 1] = allowedCpus();

beforeEach((context) => skipUnless(context, needs.bpf, needs.cpus(2)));

describe('threads of a monitor that poll', () => {
  it('sample watched threads, and leave the CPUs of their targets alone', async () => {
    await using target = await spawnSpinner({ cpu: second });
    target.begin();
    await target.running();
    using monitor = new HFTResourceMonitor();
    monitor.attachProcess(target.pid);
    // The spinner's other thread, which sleeps, is pinned there.
    const options = { cpu: first, durationMs: 200, force: true };
    await expect(monitor.sampleThreadStates(options)).rejects.toMatchObject({
      code: 'HFTMON_E_SESSION_STATE',
    });
    monitor.startMonitoring();
    const report = await monitor.sampleThreadStates(options);
    expect(report).toMatchObject({ cpu: first, intervalNs: 1000, end: 'done' });
    expect(report.samples + report.missed).toBeGreaterThan(report.durationNs / 1000 - 2);
    const spinner = report.threads.find(({ tid }) => tid === target.tids[0])!;
    expect(spinner.samples).toBe(report.samples);
    expect(spinner.states.reduce((sum, { samples }) => sum + samples, 0)).toBe(report.samples);
    expect(spinner.pid).toBe(target.pid);
    expect(['running', 'waiting']).toContain(spinner.stateAtStart);

    const needed = { code: 'HFTMON_E_CPU_NEEDED' };
    const there = { cpu: second, durationMs: 200 };
    await expect(monitor.sampleThreadStates(there)).rejects.toMatchObject(needed);
    await expect(monitor.probeNoise(there)).rejects.toMatchObject(needed);
    await expect(
      monitor.sampleThreadStates({ ...options, tids: [process.pid] }),
    ).rejects.toMatchObject({ code: 'HFTMON_E_THREAD_NOT_FOUND' });
  });

  it('probe the noise of a CPU without a start, and not after the end', async () => {
    using monitor = new HFTResourceMonitor({ collectors: [] });
    const options = { cpu: second, durationMs: 100, intervalNs: 10_000 };
    const report = await monitor.probeNoise(options);
    expect(report).toMatchObject({ cpu: second, end: 'done', kernelEvents: { ok: true } });
    monitor.dispose();
    await expect(monitor.probeNoise(options)).rejects.toMatchObject({
      code: 'HFTMON_E_SESSION_STATE',
    });
  });
});
