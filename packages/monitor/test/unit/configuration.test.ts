import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  DEFAULT_CONFIGURATION,
  PermissionError,
  installedCollectors,
  type MonitorConfiguration,
} from '@hftmon/monitor';
import { FakeRoots, fakeEnvironment, loadHost } from '@hftmon/testkit';
import { fakeMonitor, hostWith } from '../support/fake-monitor.js';

describe('configuration', () => {
  it('has the defaults of the documentation', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    expect(monitor.samplingIntervalUs).toBe(100);
    expect(monitor.cpuAffinity).toEqual([]);
    expect(monitor.realtimePriority).toBe(0);
    expect(monitor.monitoringActive).toBe(false);
    expect(monitor.attachedProcesses.size).toBe(0);
  });

  it('takes what it is given and keeps the rest', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    const cpus = [0, 1];
    monitor.configure({ samplingIntervalUs: 1, cpuAffinity: cpus });
    monitor.configure({ realtimePriority: 99 });
    cpus.push(7);
    expect(monitor.samplingIntervalUs).toBe(1);
    expect(monitor.cpuAffinity).toEqual([0, 1]);
    expect(monitor.realtimePriority).toBe(99);
  });

  it.each([
    [{ samplingIntervalUs: 0.999 }, 'samplingIntervalUs'],
    [{ samplingIntervalUs: 0 }, 'samplingIntervalUs'],
    [{ samplingIntervalUs: -5 }, 'samplingIntervalUs'],
    [{ samplingIntervalUs: NaN }, 'samplingIntervalUs'],
    [{ samplingIntervalUs: Infinity }, 'samplingIntervalUs'],
    [{ samplingIntervalUs: '100' }, 'samplingIntervalUs'],
    [{ realtimePriority: -1 }, 'between 0 and 99'],
    [{ realtimePriority: 100 }, 'between 0 and 99'],
    [{ realtimePriority: 1.5 }, 'realtimePriority'],
    [{ cpuAffinity: 3 }, 'cpuAffinity'],
    [{ cpuAffinity: ['0'] }, 'cpuAffinity'],
    [{ spikeThresholdUs: 0 }, 'spikeThresholdUs'],
    [{ spikeThresholds: 5 }, 'spikeThresholds'],
    [{ spikeThresholds: [{ comm: 'a', thresholdUs: -1 }] }, 'thresholds'],
    [{ adaptiveSpikeThreshold: 3 }, 'adaptiveSpikeThreshold'],
    [{ adaptiveSpikeThreshold: { factor: 0 } }, 'adaptive.factor'],
    [{ maxSpikesPerSecond: -1 }, 'maxSpikesPerSecond'],
    [{ stackTraces: 'yes' }, 'stackTraces'],
    [{ delivery: 'soon' }, 'delivery'],
    [{ samplingInterval: 100 }, 'samplingInterval'],
    [null, 'object'],
  ])('refuses %j', (change, told) => {
    const { monitor } = fakeMonitor({ collectors: [] });
    const configure = () => monitor.configure(change as never);
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow(told);
  });

  it('hands consents to the collectors that need them', () => {
    const given: MonitorConfiguration = { ...DEFAULT_CONFIGURATION, resctrl: true };
    using roots = loadHost('icelake-2s');
    const { procRoot, sysRoot } = roots;
    const env = fakeEnvironment({ procRoot, sysRoot, capabilities: 'all' });
    const traffic = (configuration: MonitorConfiguration) =>
      installedCollectors(['numa'])[0]!(configuration).probeMetrics!(env).get(
        'target_bytes_per_second',
      );
    expect(traffic(given)).toMatchObject({ ok: true });
    expect(traffic(DEFAULT_CONFIGURATION)).toMatchObject({
      ok: false,
      remedy: 'hftmon stat --resctrl (option resctrl)',
    });
  });

  it('takes all of a change or nothing', () => {
    const { monitor } = fakeMonitor({ collectors: [] });
    expect(() => monitor.configure({ samplingIntervalUs: 7, realtimePriority: 1000 })).toThrow();
    expect(monitor.samplingIntervalUs).toBe(100);
  });

  it('refuses a real-time priority above what the process may use', () => {
    using roots = new FakeRoots().write(
      'proc/self/limits',
      'Max realtime priority     10                   10                   \n',
    );
    const environment = hostWith({ capabilities: [], procRoot: roots.procRoot });
    const { monitor } = fakeMonitor({ collectors: [], environment });
    monitor.configure({ realtimePriority: 10 });
    expect(() => monitor.configure({ realtimePriority: 11 })).toThrow(PermissionError);
    expect(monitor.realtimePriority).toBe(10);
  });

  it('passes what applies on to the source at the next start', () => {
    const { monitor, sources } = fakeMonitor({ collectors: [] });
    monitor.configure({ cpuAffinity: [0], realtimePriority: 5 });
    monitor.startMonitoring();
    expect(sources.at(-1)!.options).toMatchObject({ cpuAffinity: [0], realtimePriority: 5 });
    expect(sources.at(-1)!.options).not.toHaveProperty('stacksFromNs');
    monitor.stopMonitoring();
    monitor.configure({ stackTraces: true });
    monitor.startMonitoring();
    expect(sources.at(-1)!.options.stacksFromNs).toBe(0);
    monitor.dispose();
  });
});
