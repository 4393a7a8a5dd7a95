import { describe, expect, it } from 'vitest';
import { Advised, preemption } from '../../support/recommend.js';
import { PID, TID } from '../../support/records.js';

const HOG = 31;

describe('a task that takes the CPU', () => {
  it('is moved to the CPUs that are nobody else’s, and back', () => {
    const advised = new Advised().task({ tid: HOG, comm: 'hog', allowed: '0-3' });
    advised.spike('preemption', preemption(HOG, 'hog', 70_000), { ns: 70_000 });
    expect(advised.all).toHaveLength(1);
    expect(advised.first).toMatchObject({
      rule: 'move-culprit',
      pid: PID,
      tid: TID,
      when: 'now',
      lostNs: 70_000,
      command: `taskset -cp 0-1,3 ${HOG}`,
      undo: `taskset -cp 0-3 ${HOG}`,
    });
    expect(advised.first.summary).toContain('hog');
  });

  it('stands with its share, its spikes and the worst of them', () => {
    const advised = new Advised().task({ tid: HOG, comm: 'hog' });
    advised.spike('preemption', preemption(HOG, 'hog', 70_000), { ns: 70_000 });
    advised.spike('preemption', preemption(HOG, 'hog', 50_000), { ns: 50_000 });
    advised.spike('syscall', { calls: [] }, { ns: 120_000 });
    const facts = advised.first.evidence.map(({ what, value }) => [what, value]);
    expect(facts).toEqual([
      ['time lost to hog', 120_000],
      ['share of hog in the time in spikes', 0.5],
      ['spikes with hog', 2],
      ['most lost to hog in one spike, number 1', 70_000],
      [`CPUs that hog (${HOG}) may use`, '0-3'],
    ]);
  });

  it('goes only where its cpuset, and the isolated CPUs, let it', () => {
    const advised = new Advised().task({ tid: HOG, comm: 'hog' });
    advised.roots
      .write(`proc/${HOG}/cgroup`, '0::/batch/jobs\n')
      .write('sys/fs/cgroup/batch/cpuset.cpus.effective', '1-3\n')
      .write('sys/devices/system/cpu/isolated', '2-3\n');
    advised.spike('preemption', preemption(HOG, 'hog', 70_000));
    expect(advised.first.command).toBe(`taskset -cp 1 ${HOG}`);
    advised.roots
      .write(`proc/${HOG}/cgroup`, '3:cpuset:/pinned\n0::/\n')
      .write('sys/fs/cgroup/cpuset/pinned/cpuset.effective_cpus', '2\n');
    expect(advised.first.rule).toBe('raise-priority');
  });

  it('is moved after a thread that roams was pinned where it lost most', () => {
    const advised = new Advised().task({ tid: HOG, comm: 'hog' });
    advised.task({ tid: TID, comm: 'hot', allowed: '0-3', pid: PID });
    advised.spike('preemption', preemption(HOG, 'hog', 70_000));
    expect(advised.first).toMatchObject({
      command: `taskset -cp 2 ${TID} && taskset -cp 0-1,3 ${HOG}`,
      undo: `taskset -cp 0-3 ${HOG}; taskset -cp 0-3 ${TID}`,
    });
  });

  it('is not kept from threads that roam beside the pinned one which lost most', () => {
    const advised = new Advised().task({ tid: HOG, comm: 'hog' });
    advised.task({ tid: 8, comm: 'log', pid: PID }).task({ tid: 9, comm: 'io', pid: PID });
    advised.spike('preemption', preemption(HOG, 'hog', 70_000));
    advised.spike('preemption', preemption(HOG, 'hog', 5000), { tid: 8 });
    advised.spike('preemption', preemption(HOG, 'hog', 6000), { tid: 9 });
    expect(advised.first).toMatchObject({ tid: TID, command: `taskset -cp 0-1,3 ${HOG}` });
    // The one that roams can neither be pinned beside the pinned one, nor be made the stronger.
    advised.spike('preemption', preemption(HOG, 'hog', 90_000), { tid: 8 });
    expect(advised.all).toEqual([]);
  });

  it.each([
    ['the kernel refuses to move it', { tid: HOG, comm: 'hog', flags: 0x0400_0000 }],
    ['it has a deadline', { tid: HOG, comm: 'hog', policy: 6, priority: -101 }],
    ['its tid is another task’s now', { tid: HOG, comm: 'other' }],
  ])('is not moved when %s: the thread is made stronger', (_why, task) => {
    const advised = new Advised().task(task);
    advised.spike('preemption', preemption(HOG, 'hog', 70_000));
    expect(advised.first).toMatchObject({
      rule: 'raise-priority',
      command: `chrt -f -p 1 ${TID}`,
      undo: `chrt -o -p 0 ${TID}`,
    });
  });

  it('is outdone by one, when it is real-time', () => {
    const advised = new Advised().task({
      tid: TID,
      comm: 'hot',
      allowed: '2',
      policy: 2,
      priority: -61,
    });
    const realtime = { policy: 'SCHED_FIFO', priority: 29 };
    advised.spike('preemption', preemption(HOG, 'hog', 70_000, realtime));
    expect(advised.first).toMatchObject({
      command: `chrt -r -p 71 ${TID}`,
      undo: `chrt -r -p 60 ${TID}`,
    });
  });

  it('needs an isolated CPU when it is a crowd that nothing outdoes', () => {
    const advised = new Advised();
    advised.roots.write('sys/devices/system/cpu/isolated', '3\n');
    const strongest = { policy: 'SCHED_FIFO', priority: 0 };
    for (let tid = 100; tid < 123; tid++) {
      advised.spike('preemption', preemption(tid, 'cc1', 10_000, strongest), { ns: 10_000 });
    }
    expect(advised.all).toHaveLength(1);
    expect(advised.first).toMatchObject({
      rule: 'isolate-cpu',
      when: 'at_boot',
      lostNs: 230_000,
      bootParameters: 'isolcpus=domain,managed_irq,2-3',
    });
    advised.roots.write('sys/devices/system/cpu/isolated', '2\n');
    expect(advised.all).toEqual([]);
  });

  it('stays where there is no other CPU', () => {
    const advised = new Advised().task({ tid: HOG, comm: 'hog' });
    advised.task({ tid: TID, comm: 'hot', allowed: '0', pid: PID });
    advised.roots.write('sys/devices/system/cpu/online', '0\n');
    advised.spike('preemption', preemption(HOG, 'hog', 70_000));
    expect(advised.all).toEqual([]);
  });
});

describe('a limit on CPU time', () => {
  const limit = { ns: 80_000, count: 1 };
  const mountinfo = (line: string): string => `30 24 0:26 / ${line}\n`;

  it('of a cgroup is lifted, in either version', () => {
    const advised = new Advised();
    const mount = `${advised.roots.sysRoot}/fs/cgroup`;
    advised.spike('throttled', { limits: [{ ...limit, type: 'quota', cgroup: '/trading' }] });
    advised.roots
      .write('proc/self/mountinfo', mountinfo(`${mount} rw - cgroup2 cgroup2 rw`))
      .write('sys/fs/cgroup/trading/cpu.max', '20000 100000\n');
    expect(advised.first).toMatchObject({
      rule: 'raise-quota',
      command: `echo 'max 100000' > ${mount}/trading/cpu.max`,
      undo: `echo '20000 100000' > ${mount}/trading/cpu.max`,
    });
    advised.roots.write('sys/fs/cgroup/trading/cpu.max', 'max 100000\n');
    expect(advised.all).toEqual([]);
    advised.roots
      .remove('sys/fs/cgroup/trading/cpu.max')
      .write('proc/self/mountinfo', mountinfo(`${mount} rw - cgroup cgroup rw,cpu`))
      .write('sys/fs/cgroup/trading/cpu.cfs_quota_us', '20000\n');
    expect(advised.first.command).toBe(`echo -1 > ${mount}/trading/cpu.cfs_quota_us`);
  });

  it('of real-time threads is lifted, where there is one', () => {
    const advised = new Advised();
    advised.spike('throttled', { limits: [{ ...limit, type: 'realtime' }] });
    advised.roots.write('proc/sys/kernel/sched_rt_runtime_us', '950000\n');
    expect(advised.first).toMatchObject({
      command: 'sysctl kernel.sched_rt_runtime_us=-1',
      undo: 'sysctl kernel.sched_rt_runtime_us=950000',
    });
    advised.roots.write('proc/sys/kernel/sched_rt_runtime_us', '-1\n');
    expect(advised.all).toEqual([]);
  });
});

describe('late wake-ups', () => {
  const details = { wokenByInterrupt: true, cpu: 2, count: 1, wokenNs: 0, ranNs: 1 };

  it('are shortened by idle states that are left out, where the CPU has deep ones', () => {
    const advised = new Advised().spike('late_wakeup', details);
    expect(advised.all).toEqual([]);
    const folder = 'sys/devices/system/cpu/cpu2/cpuidle';
    for (const [state, name, latency] of [
      ['state0', 'POLL', 0],
      ['state1', 'C1', 1],
      ['state2', 'C6', 133],
    ] as const) {
      advised.roots
        .write(`${folder}/${state}/name`, `${name}\n`)
        .write(`${folder}/${state}/latency`, `${latency}\n`)
        .write(`${folder}/${state}/disable`, '0\n');
    }
    const file = `${advised.roots.sysRoot}/devices/system/cpu/cpu2/cpuidle/state2/disable`;
    expect(advised.first).toMatchObject({
      rule: 'limit-idle-states',
      command: `echo 1 > ${file}`,
      undo: `echo 0 > ${file}`,
    });
    const asleep = { cpu: 2, state: 2, ns: 60_000, count: 1, idleNs: 5 };
    const byState = new Advised().spike('c_state', { states: [asleep] });
    expect(byState.all).toEqual([]);
    byState.roots
      .write(`${folder}/state2/latency`, '133\n')
      .write(`${folder}/state2/disable`, '0\n');
    expect(byState.first).toMatchObject({ rule: 'limit-idle-states' });
    advised.roots.write(`${folder}/state2/disable`, '1\n');
    expect(advised.all).toEqual([]);
  });

  it('by a timer of a CPU that was not idle have nothing to do with idle states', () => {
    const timer = { dueNs: 0, lateNs: 1, slackNs: 0, cpu: 2, ns: 100_000 };
    const lose = (changes: object) => {
      const advised = new Advised().spike('late_wakeup', {
        ...details,
        timer: { ...timer, ...changes },
      });
      advised.roots
        .write('sys/devices/system/cpu/cpu2/cpuidle/state2/name', 'C6\n')
        .write('sys/devices/system/cpu/cpu2/cpuidle/state2/latency', '133\n')
        .write('sys/devices/system/cpu/cpu2/cpuidle/state2/disable', '0\n');
      return advised;
    };
    expect(lose({}).all).toEqual([]);
    expect(lose({ idle: { state: 2 } }).first).toMatchObject({ rule: 'limit-idle-states' });
    expect(lose({ ns: 10_000 }).first).toMatchObject({ rule: 'limit-idle-states' });
  });
});

describe('a thread that is moved', () => {
  it('is pinned, if it is not', () => {
    const details = { from: 1, to: 3, count: 1 };
    const advised = new Advised().spike('migration', details);
    expect(advised.all).toEqual([]);
    advised.task({ tid: TID, comm: 'hot', allowed: '1-3', pid: PID });
    expect(advised.first).toMatchObject({
      rule: 'pin-thread',
      command: `taskset -cp 3 ${TID}`,
      undo: `taskset -cp 1-3 ${TID}`,
    });
  });
});
