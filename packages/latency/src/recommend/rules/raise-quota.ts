import type { Advice, Rule } from '../rule.js';
import { writeCommand } from '../shell.js';
import type { TuningHost } from '../tuning-host.js';

/** Lift the limit on CPU time that a control group has. */
export const raiseQuota: Rule = ({ facts }, host) => {
  const { limit } = facts;
  if (limit?.type !== 'quota' || limit.cgroup === undefined) return undefined;
  const folder = host.cpuCgroup(limit.cgroup);
  if (folder === undefined) return undefined;
  const unified = host.read(`${folder}/cpu.max`)?.trim();
  if (unified !== undefined) {
    const [quota, period] = unified.split(' ');
    if (quota === undefined || quota === 'max' || period === undefined) return undefined;
    return lift(limit.cgroup, `${folder}/cpu.max`, unified, `max ${period}`);
  }
  const file = `${folder}/cpu.cfs_quota_us`;
  const quota = host.read(file)?.trim();
  return quota === undefined || Number(quota) <= 0
    ? undefined
    : lift(limit.cgroup, file, quota, '-1');
};

function lift(cgroup: string, file: string, old: string, none: string): Advice {
  return {
    rule: 'raise-quota',
    summary: `the CPU quota of ${cgroup} keeps threads from running: lift it`,
    when: 'now',
    evidence: [{ what: `quota of ${cgroup}, us`, value: old, source: file }],
    expectedEffect: 'its threads are not throttled any more',
    command: writeCommand(none, file),
    undo: writeCommand(old, file),
    caution:
      'the group may then take all CPUs; what set the quota (systemd CPUQuota=, a container runtime) may set it again',
  };
}

/** Lift the limit that all real-time threads of a CPU share. */
export const raiseRealtimeShare: Rule = ({ facts }, host: TuningHost) => {
  if (facts.limit?.type !== 'realtime') return undefined;
  const file = `${host.procRoot}/sys/kernel/sched_rt_runtime_us`;
  const runtime = host.read(file)?.trim();
  if (runtime === undefined || runtime === '-1' || host.cpus.online.length < 2) return undefined;
  return {
    rule: 'raise-realtime-share',
    summary: 'real-time threads are throttled: lift the share of the CPU that they may have',
    when: 'now',
    evidence: [
      {
        what: 'CPU time of real-time threads per period',
        value: Number(runtime),
        unit: 'us',
        source: file,
      },
    ],
    expectedEffect: 'real-time threads are not throttled any more',
    command: 'sysctl kernel.sched_rt_runtime_us=-1',
    undo: `sysctl kernel.sched_rt_runtime_us=${runtime}`,
    caution:
      'a real-time thread that never sleeps then shuts everything else out of its CPU, kernel threads too: for the whole host, until the next boot (/etc/sysctl.d makes it last)',
  };
};
