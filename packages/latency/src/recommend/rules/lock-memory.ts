import type { Rule } from '../rule.js';
import type { TuningHost } from '../tuning-host.js';

/** Share of the memory that is locked where a program locks it at all. */
const LOCKED = 0.9;

/** Have the memory there before it is needed. */
export const lockMemory: Rule = ({ pid, facts }, host) => {
  const resident = kilobytes(host, pid, 'VmRSS');
  const locked = kilobytes(host, pid, 'VmLck');
  const comm = host.field(pid, 'Name');
  if (resident === undefined || locked === undefined || locked >= LOCKED * resident) {
    return undefined;
  }
  const mapped = kilobytes(host, pid, 'VmSize');
  const available = availableKilobytes(host);
  const limits = host.read(`${host.procRoot}/${pid}/limits`) ?? '';
  const limit = /^Max locked memory\s+(\S+)\s+(\S+)/m.exec(limits);
  const limited = limit !== null && (limit[1] !== 'unlimited' || limit[2] !== 'unlimited');
  const major = (facts.majorFaults ?? 0) > 0;
  return {
    rule: 'lock-memory',
    summary: `${comm} faults pages in${major ? ' from the disk' : ''} while it works: lock its memory and touch it beforehand`,
    when: 'in_code',
    evidence: [
      { what: 'resident memory', value: resident * 1024, unit: 'bytes', source: status(pid) },
      { what: 'locked memory', value: locked * 1024, unit: 'bytes', source: status(pid) },
      ...(mapped === undefined
        ? []
        : [{ what: 'mapped memory', value: mapped * 1024, unit: 'bytes', source: status(pid) }]),
      ...(available === undefined
        ? []
        : [
            {
              what: 'available memory',
              value: available * 1024,
              unit: 'bytes',
              source: '/proc/meminfo',
            },
          ]),
    ],
    expectedEffect: 'memory that is mapped by then causes no first-touch or major fault any more',
    call: 'mlockall(MCL_CURRENT | MCL_FUTURE) at start, MAP_POPULATE for what is mapped later',
    ...(limited
      ? {
          command: `prlimit --pid ${pid} --memlock=unlimited:unlimited`,
          undo: `prlimit --pid ${pid} --memlock=${limit[1]}:${limit[2]}`,
        }
      : {}),
    caution:
      'it populates what is mapped, stacks of threads in full, so that as much must be available; locked memory is never given back under pressure; copy-on-write after a fork faults all the same',
  };
};

function kilobytes(host: TuningHost, pid: number, name: string): number | undefined {
  const match = /^(\d+) kB$/.exec(host.field(pid, name) ?? '');
  return match === null ? undefined : Number(match[1]);
}

function availableKilobytes(host: TuningHost): number | undefined {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(host.read(`${host.procRoot}/meminfo`) ?? '');
  return match === null ? undefined : Number(match[1]);
}

function status(pid: number): string {
  return `/proc/${pid}/status`;
}
