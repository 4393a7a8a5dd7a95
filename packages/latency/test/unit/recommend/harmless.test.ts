import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellWord, writeCommand } from '../../../src/recommend/shell.js';
import { Advised, preemption } from '../../support/recommend.js';
import { PID, TID, offCpu, ran } from '../../support/records.js';
import { Stage } from '../../support/stage.js';

const HOG = 31;
const IRQ = { irqs: [{ irq: 41, name: 'eth0-rx', ns: 90_000, count: 3 }] };
const KERNEL_THREAD = 0x0020_0000;
const BOUND = 0x0400_0000;

/** A hog that takes CPU 2 from the thread there. */
function hogged(): Advised {
  const advised = new Advised().task({ tid: HOG, comm: 'hog' });
  return advised.spike('preemption', preemption(HOG, 'hog', 70_000), { ns: 70_000 });
}

describe('what disturbs a thread is not sent', () => {
  it('to a CPU that another thread of a target is pinned to', () => {
    const advised = hogged().task({ tid: 8, comm: 'feed', allowed: '1', pid: PID });
    advised.targets.push(77);
    advised.task({ tid: 77, comm: 'gateway', allowed: '3' });
    expect(advised.first.command).toBe(`taskset -cp 0 ${HOG}`);
    advised.roots
      .write('proc/irq/41/smp_affinity_list', '0-3\n')
      .write('proc/irq/41/effective_affinity_list', '2\n');
    const byIrq = advised.spike('hard_irq', IRQ).all.find(({ rule }) => rule === 'move-irq');
    expect(byIrq?.command).toBe('echo 0 > /proc/irq/41/smp_affinity_list');
    advised.task({ tid: 9, comm: 'risk', allowed: '0', pid: PID });
    expect(advised.all.map(({ rule }) => rule)).toEqual(['raise-priority']);
  });

  it('to CPUs that targets are confined to, while there are others', () => {
    const advised = hogged().task({ tid: 8, comm: 'pool', allowed: '0-1', pid: PID });
    expect(advised.first.command).toBe(`taskset -cp 3 ${HOG}`);
    advised.task({ tid: 9, comm: 'pool', allowed: '1,3', pid: PID });
    expect(advised.first.command).toBe(`taskset -cp 0-1,3 ${HOG}`);
  });

  it('to CPUs of what is a target of the collector, as long as it is', () => {
    using stage = new Stage({ thresholdUs: 50 });
    const gateway = { pid: 77, comm: 'gateway', startTimeTicks: 1, attachedNs: 0 };
    new Advised(stage.roots)
      .task({ tid: HOG, comm: 'hog' })
      .task({ tid: gateway.pid, comm: 'gateway', allowed: '3' });
    stage.collector.attach(gateway);
    stage
      .task({ tid: HOG, comm: 'hog' })
      .deliver(
        ran(HOG, 0, 70_000, 2),
        offCpu({ from: 0, to: 70_000, next: HOG, previous: HOG, cpuFrom: 2, cpu: 2 }),
      );
    stage.spike();
    const command = () => stage.collector.recommendations()[0]!.command;
    expect(command()).toBe(`taskset -cp 0-1 ${HOG}`);
    stage.collector.detach(gateway);
    expect(command()).toBe(`taskset -cp 0-1,3 ${HOG}`);
  });

  it('to CPUs without tick', () => {
    const advised = hogged();
    advised.roots.write('sys/devices/system/cpu/nohz_full', '0-1\n');
    expect(advised.first.command).toBe(`taskset -cp 3 ${HOG}`);
  });
});

describe('a thread that roams', () => {
  it('is not pinned where another one of the targets is', () => {
    const advised = new Advised().task({ tid: TID, comm: 'hot', allowed: '1-3', pid: PID });
    advised.spike('migration', { from: 1, to: 3, count: 1 });
    expect(advised.first.command).toBe(`taskset -cp 3 ${TID}`);
    advised.task({ tid: 8, comm: 'feed', allowed: '3', pid: PID });
    expect(advised.all).toEqual([]);
  });

  it('is not pinned to what it may not use any more, nor if it has a deadline', () => {
    const advised = new Advised().task({ tid: TID, comm: 'hot', allowed: '0-1', pid: PID });
    advised.spike('migration', { from: 1, to: 3, count: 1 });
    expect(advised.all).toEqual([]);
    advised.task({ tid: TID, comm: 'hot', allowed: '1-3', pid: PID, policy: 6, priority: -101 });
    expect(advised.all).toEqual([]);
  });
});

describe('a priority is not raised', () => {
  /** Made by a task that can't be moved. */
  function outdone(more: object = {}, flags = BOUND): Advised {
    const advised = new Advised().task({ tid: HOG, comm: 'hog', flags });
    return advised.spike('preemption', preemption(HOG, 'hog', 70_000, more));
  }

  it('above work of the kernel that no other CPU can do', () => {
    expect(outdone().first).toMatchObject({
      rule: 'raise-priority',
      command: `chrt -f -p 1 ${TID}`,
    });
    expect(outdone({}, BOUND | KERNEL_THREAD).all).toEqual([]);
  });

  it('to that of the kernel’s stopper threads', () => {
    const command = (priority: number) =>
      outdone({ policy: 'SCHED_FIFO', priority }).all.find(({ rule }) => rule === 'raise-priority')
        ?.command;
    expect(command(2)).toBe(`chrt -f -p 98 ${TID}`);
    expect(command(1)).toBeUndefined();
  });

  it('above another thread of a target that is pinned to the same CPU', () => {
    const advised = outdone().task({ tid: 8, comm: 'feed', allowed: '2', pid: PID });
    expect(advised.all).toEqual([]);
    advised.task({ tid: 8, comm: 'feed', allowed: '2', pid: PID, policy: 1, priority: -81 });
    expect(advised.first.rule).toBe('raise-priority');
  });

  it('from a policy that chrt could not put back', () => {
    const advised = outdone().task({ tid: TID, comm: 'hot', allowed: '2', pid: PID, policy: 6 });
    expect(advised.all).toEqual([]);
  });

  it('without the share that real-time threads may take', () => {
    const advised = outdone();
    advised.roots
      .write('proc/sys/kernel/sched_rt_runtime_us', '950000\n')
      .write('proc/sys/kernel/sched_rt_period_us', '1000000\n');
    expect(advised.first.evidence.at(-1)).toMatchObject({ value: '950000 of 1000000 us' });
    expect(advised.first.caution).toContain('if it never sleeps');
  });
});

describe('an interrupt thread that takes the CPU', () => {
  it('goes where its interrupt is sent', () => {
    const comm = 'irq/41-eth0-rx';
    const advised = new Advised().task({ tid: HOG, comm, flags: KERNEL_THREAD, policy: 1 });
    advised.roots.write('proc/irq/41/smp_affinity_list', '2\n');
    advised.spike('preemption', preemption(HOG, comm, 70_000));
    expect(advised.first).toMatchObject({
      rule: 'move-irq',
      command: 'echo 0-1,3 > /proc/irq/41/smp_affinity_list',
      undo: 'echo 2 > /proc/irq/41/smp_affinity_list',
    });
  });
});

describe('boot parameters', () => {
  it('keep what was given before', () => {
    const advised = new Advised();
    advised.roots
      .write('proc/cmdline', 'quiet isolcpus=nohz,domain,3 rcu_nocbs=1,3-N\n')
      .write('sys/devices/system/cpu/isolated', '3\n')
      .write('sys/devices/system/cpu/nohz_full', '3\n');
    const strongest = { policy: 'SCHED_FIFO', priority: 0 };
    for (let tid = 100; tid < 123; tid++) {
      advised.spike('preemption', preemption(tid, 'cc1', 10_000, strongest), { ns: 10_000 });
    }
    expect(advised.first.bootParameters).toBe('isolcpus=nohz,domain,managed_irq,2-3');
    expect(advised.first.command).toBeUndefined();
    const ticked = { count: 1, cpu: 2, nohzFull: false };
    const tick = advised.spike('timer_tick', ticked).all.find(({ rule }) => rule === 'stop-tick');
    expect(tick?.bootParameters).toBe('nohz_full=2-3 rcu_nocbs=1-3');
  });

  it('do not stop the tick of the boot CPU, nor when those that are there are not understood', () => {
    const advised = new Advised().task({ tid: TID, comm: 'hot', allowed: '0', pid: PID });
    advised.roots.write('sys/devices/system/cpu/nohz_full', '\n');
    advised.spike('timer_tick', { count: 1, cpu: 0, nohzFull: false }, { cpu: 0 });
    expect(advised.all).toEqual([]);
    advised.task({ tid: TID, comm: 'hot', allowed: '2', pid: PID });
    expect(advised.all).toHaveLength(1);
    advised.roots.write('proc/cmdline', 'rcu_nocbs=some\n');
    expect(advised.all).toEqual([]);
  });
});

describe('a command for a shell', () => {
  it('means what it says, whatever a control group is called', () => {
    const name = "/a b\\x2d$(touch x)'`id`;.slice";
    const advised = new Advised();
    const mount = `${advised.roots.sysRoot}/fs/cgroup`;
    const limit = { ns: 80_000, count: 1, type: 'quota', cgroup: name } as const;
    advised.roots
      .write('proc/self/mountinfo', `30 24 0:26 / ${mount} rw - cgroup2 cgroup2 rw\n`)
      .write(`sys/fs/cgroup${name}/cpu.max`, '20000 100000\n');
    const { command, undo } = advised.spike('throttled', { limits: [limit] }).first;
    const file = join(mount, name, 'cpu.max');
    execFileSync('sh', ['-c', command!]);
    expect(readFileSync(file, 'utf8')).toBe('max 100000\n');
    execFileSync('sh', ['-c', undo!]);
    expect(readFileSync(file, 'utf8')).toBe('20000 100000\n');
  });

  it('is quoted only where it must be', () => {
    expect(shellWord('/proc/irq/41/smp_affinity_list')).toBe('/proc/irq/41/smp_affinity_list');
    expect(shellWord('')).toBe("''");
    expect(writeCommand('-1', '/a/b')).toBe('echo -1 > /a/b');
  });
});

it('what is to be expected comes with the time that was lost', () => {
  const advised = hogged();
  advised.spike('preemption', preemption(HOG, 'hog', 30_000), { ns: 30_000 });
  expect(advised.first.expectedEffect).toBe(
    'hog can’t run there any more; 100000 ns of the spikes so far were lost to it'.replace(
      '’',
      "'",
    ),
  );
});

it('locked memory comes with what it takes and what there is', () => {
  const advised = new Advised().task({
    tid: PID,
    comm: 'target',
    status: 'VmSize:\t 9000000 kB\nVmLck:\t       0 kB\nVmRSS:\t    4096 kB\n',
  });
  advised.roots.write('proc/meminfo', 'MemTotal: 1 kB\nMemAvailable:    4000000 kB\n');
  advised.spike('page_fault', { minor: 3, major: 0, blockedNs: 0, faults: [] });
  const facts = advised.first.evidence.map(({ what, value }) => [what, value]);
  expect(facts).toEqual(
    expect.arrayContaining([
      ['mapped memory', 9_000_000 * 1024],
      ['available memory', 4_000_000 * 1024],
    ]),
  );
});

describe('idle states are blamed for a late wake-up', () => {
  const details = { wokenByInterrupt: true, cpu: 2, count: 1, wokenNs: 0, ranNs: 1 };
  const timer = { dueNs: 0, lateNs: 90_000, slackNs: 0, cpu: 1, ns: 90_000 };

  /** Every CPU has a state that takes 133 us to leave. */
  function idling(): Advised {
    const advised = new Advised();
    for (const cpu of [1, 2]) {
      const folder = `sys/devices/system/cpu/cpu${cpu}/cpuidle/state2`;
      advised.roots.write(`${folder}/latency`, '133\n').write(`${folder}/disable`, '0\n');
    }
    return advised;
  }

  it('by a timer only where its CPU was in one that takes time to leave', () => {
    const of = (idle?: object) =>
      idling().spike(
        'late_wakeup',
        { ...details, timer: { ...timer, ...(idle && { idle }) } } as never,
        { ns: 90_000 },
      ).all;
    expect(of()).toEqual([]);
    expect(of({ state: 0, exitLatencyUs: 0 })).toEqual([]);
    expect(of({ state: 2, exitLatencyUs: 133 })).toMatchObject([
      { rule: 'limit-idle-states', lostNs: 90_000, command: expect.stringContaining('/cpu1/') },
    ]);
  });

  it('by what came after the timer, at the CPU where the thread ran', () => {
    const advised = idling().spike('late_wakeup', { ...details, timer }, { ns: 100_000 });
    expect(advised.all).toMatchObject([
      { lostNs: 10_000, command: expect.stringContaining('/cpu2/') },
    ]);
  });

  it('not where it took more than ten times what leaving one takes', () => {
    expect(idling().spike('late_wakeup', details, { ns: 1_330_000 }).all).toHaveLength(1);
    expect(idling().spike('late_wakeup', details, { ns: 1_331_000 }).all).toEqual([]);
    const twice = idling().spike('late_wakeup', details, { ns: 700_000 });
    expect(twice.spike('late_wakeup', details, { ns: 700_000 }).all).toHaveLength(1);
  });
});
