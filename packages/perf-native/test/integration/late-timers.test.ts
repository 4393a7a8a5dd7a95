import { beforeEach, describe, expect, it } from 'vitest';
import { RecordKind, lateTimerIdleState } from '@hftmon/core';
import { allowedCpus, needs, skipUnless, spawnClockset, spawnSleeper } from '@hftmon/testkit';
import { CPU, MEMORY } from '../../src/layout.js';
import { Monitor } from '../support/monitor.js';

beforeEach((context) => skipUnless(context, needs.bpf));

const [, cpu = 0] = allowedCpus();
const STATE = 2;

/**
 * Idle states in which the timers found that CPU. The programs that follow these are not attached:
 * it stands that one was over then, as where the kernel tells the end before the interrupt.
 */
async function idleStatesBefore(leftNs: bigint): Promise<Set<number | undefined>> {
  await using target = await spawnSleeper({ cpu, count: 101, sleepUs: 1000 });
  using monitor = Monitor.start([RecordKind.LateTimer], [target.pid]);
  const memory = new DataView(monitor.native.memory(MEMORY.cpus), cpu * CPU.bytes, CPU.bytes);
  memory.setBigUint64(CPU.idleLeftNs, leftNs, true);
  memory.setUint32(CPU.idleState, STATE, true);
  const { tid } = await target.go();
  monitor.stop();
  return new Set(
    monitor
      .of(RecordKind.LateTimer, tid)
      .filter((record) => record.cpu === cpu)
      .map(({ u32 }) => lateTimerIdleState(u32, 0)),
  );
}

describe('the idle state of a late timer', () => {
  it('is that which was over only after the timer was due', async () => {
    expect(await idleStatesBefore(2n ** 63n - 1n)).toContain(STATE);
  });

  it('is none that was over before', async () => {
    expect(await idleStatesBefore(1n)).toEqual(new Set([undefined]));
  });
});

it('a timer of a clock that was set during the sleep is not late by the step', async (context) => {
  skipUnless(context, needs.capability('CAP_SYS_TIME'));
  await using target = await spawnClockset({ count: 101 });
  using monitor = Monitor.start([RecordKind.LateTimer], [target.pid]);
  const { tid, count, setNs, slept } = await target.go();
  monitor.stop();
  expect(slept.startNs).toBeLessThan(setNs);
  const late = monitor.of(RecordKind.LateTimer, tid).map(({ durationNs }) => durationNs);
  expect(late.length).toBeGreaterThan(count / 2);
  expect(Math.max(...late)).toBeLessThan((setNs - slept.startNs) / 2);
});
