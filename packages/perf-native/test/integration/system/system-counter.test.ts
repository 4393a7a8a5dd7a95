import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needs, skipUnless, spawnPingpong } from '@hftmon/testkit';
import { encodeEvent, readPmuDevices } from '../../../src/system/event-encoding.js';
import { SystemCounter, type SystemEvent } from '../../../src/system/system-counter.js';

const NO_WORDS = { config1: 0n, config2: 0n, cpu: 0 };
const CPU_CLOCK: SystemEvent = { type: 1, config: 0n, ...NO_WORDS };
const CONTEXT_SWITCHES: SystemEvent = { type: 1, config: 3n, ...NO_WORDS };

function opened(event: SystemEvent): SystemCounter {
  const result = SystemCounter.open(event);
  if (!result.ok) throw new Error(result.reason);
  return result.counter;
}

function perfFds(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('perf_event');
    } catch {
      return false; // the fd of the listing itself
    }
  }).length;
}

describe('a counter of a CPU', () => {
  it('counts what all of its threads do', async (context) => {
    skipUnless(context, needs.capability('CAP_PERFMON', 'CAP_SYS_ADMIN'));
    await using pingpong = await spawnPingpong({ hops: 1009, cpu: 0 });
    using counter = opened(CONTEXT_SWITCHES);
    counter.read();
    const before = counter.value;
    await pingpong.go();
    counter.read();
    expect(counter.value - before).toBeGreaterThanOrEqual(1009);
    expect(counter.runningNs).toBe(counter.enabledNs);
  });

  it('tells the time that it counted', (context) => {
    skipUnless(context, needs.capability('CAP_PERFMON', 'CAP_SYS_ADMIN'));
    using counter = opened(CPU_CLOCK);
    const begin = process.hrtime.bigint();
    counter.read();
    const first = counter.enabledNs;
    while (process.hrtime.bigint() - begin < 5_000_000n);
    const low = Number(process.hrtime.bigint() - begin);
    counter.read();
    expect(counter.enabledNs - first).toBeGreaterThan(0.9 * low);
    expect(Math.abs(counter.value / counter.enabledNs - 1)).toBeLessThan(0.01);
  });

  it('counts an event that sysfs describes', (context) => {
    skipUnless(context, needs.file('/sys/bus/event_source/devices/msr/events/tsc'));
    skipUnless(context, needs.capability('CAP_PERFMON', 'CAP_SYS_ADMIN'));
    const [msr] = readPmuDevices('/sys', /^msr$/);
    const words = encodeEvent(msr!.events.get('tsc')!.terms, msr!.format)!;
    using counter = opened({ type: msr!.type, ...words, cpu: 0 });
    const rate = (): number => {
      counter.read();
      const [value, enabledNs] = [counter.value, counter.enabledNs];
      const begin = process.hrtime.bigint();
      while (process.hrtime.bigint() - begin < 5_000_000n);
      counter.read();
      return (counter.value - value) / (counter.enabledNs - enabledNs);
    };
    const first = rate();
    expect(first).toBeGreaterThan(0.1);
    expect(rate() / first).toBeCloseTo(1, 1);
  });

  it('is closed once, and then says so', (context) => {
    skipUnless(context, needs.capability('CAP_PERFMON', 'CAP_SYS_ADMIN'));
    const before = perfFds();
    const counter = opened(CPU_CLOCK);
    expect(perfFds()).toBe(before + 1);
    counter.close();
    counter.close();
    expect(perfFds()).toBe(before);
    expect(() => counter.read()).toThrow('closed');
  });

  it('is refused for a PMU or CPU that is not there', () => {
    const before = perfFds();
    const missing = SystemCounter.open({ ...CPU_CLOCK, type: 4000 });
    expect(missing).toMatchObject({ ok: false, code: 'HFTMON_E_UNSUPPORTED' });
    expect(SystemCounter.open({ ...CPU_CLOCK, cpu: 8191 }).ok).toBe(false);
    expect(perfFds()).toBe(before);
  });
});
