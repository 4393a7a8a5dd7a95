import { THRESHOLD_US } from './disturb.mjs';

/** Prints the kernel's time of the return and the time off the CPU. */
const offCpu = (tid) =>
  `tracepoint:sched:sched_switch {
     if (args->prev_pid == ${tid}) { @out = nsecs; }
     if (args->next_pid == ${tid} && @out != 0) {
       $off = nsecs - @out;
       if ($off >= ${THRESHOLD_US * 1000}) { printf("%llu %llu\\n", nsecs, $off); }
       @out = 0;
     }
   }`;

/** Tools whose lines come through a pipe. `parse` gives what a line tells, if it tells a spike. */
export const PEERS = [
  {
    name: 'bpftrace',
    shown: "bpftrace -B line -e 'sched_switch: time off the CPU of TID' | reader",
    command: (_pid, tid) => ['bpftrace', '-B', 'line', '-e', offCpu(tid)],
    parse(line) {
      const match = /^(\d+) \d+$/.exec(line);
      return match === null ? undefined : { endNs: Number(match[1]) };
    },
  },
  {
    name: 'runqslower',
    shown: `stdbuf -oL runqslower -p PID ${THRESHOLD_US} | reader`,
    command: (pid) => ['stdbuf', '-oL', 'runqslower', '-p', String(pid), String(THRESHOLD_US)],
    parse: (line) => (/^\d\d:\d\d:\d\d\s/.test(line) ? {} : undefined),
  },
];

/** @throws when there is no peer of that name */
export function findPeer(name) {
  const peer = PEERS.find((each) => each.name === name);
  if (peer === undefined) throw new Error(`no peer ${name}`);
  return peer;
}
