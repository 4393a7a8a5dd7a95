import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from '../cleanup.mjs';
import { PeerProcess } from './peer-process.mjs';

/** The off-CPU histogram as one probe; two probes would cost bpftrace more. */
const offCpu = (pid) =>
  `tracepoint:sched:sched_switch {
     if (pid == ${pid}) { @out[tid] = nsecs; }
     $since = @out[args->next_pid];
     if ($since) { @off = hist(nsecs - $since); delete(@out[args->next_pid]); }
   }`;

const number = (text) => Number(text.replaceAll(',', ''));

/** Sum of the counts of a histogram as bpftrace (`[2K, 4K)  17 |@@`) and bcc (`2 -> 3 : 17`) draw. */
function histogramCount(output) {
  let sum = 0;
  for (const [, a, b] of output.matchAll(
    /(?:^\[[^)\]\n]*[)\]]\s+(\d+) \||->\s+\d+\s*: (\d+) )/gm,
  )) {
    sum += Number(a ?? b);
  }
  return { events: sum };
}

const perfStat = {
  name: 'perf stat',
  command: (pid) => ['perf', 'stat', '-e', 'context-switches,cpu-migrations', '-p', pid],
  shown: 'perf stat -e context-switches,cpu-migrations -p PID',
  control: true,
  seen: (output) => ({ events: number(/([\d,]+)\s+context-switches/.exec(output)?.[1] ?? '0') }),
};

const perfRecord = {
  name: 'perf record',
  command: (pid, file) => ['perf', 'record', '-e', 'sched:sched_switch', '-p', pid, '-o', file],
  shown: 'perf record -e sched:sched_switch -p PID',
  control: true,
  writes: true,
  seen: (output) => ({
    events: number(/\((\d+) samples\)/.exec(output)?.[1] ?? '0'),
    lostChunks: number(/lost (\d+) chunks/.exec(output)?.[1] ?? '0'),
  }),
};

const bpfTool = (name, args, shown, seen = () => ({})) => ({
  name,
  command: (pid) => [name.split(' ')[0], ...args(pid)],
  shown,
  seen,
});

const PEERS = [
  perfStat,
  perfRecord,
  bpfTool(
    'bpftrace off-CPU histogram',
    (pid) => ['-e', offCpu(pid)],
    "bpftrace -e 'tracepoint:sched:sched_switch { off-CPU histogram of PID }'",
    histogramCount,
  ),
  bpfTool('runqslower', (pid) => ['-p', pid], 'runqslower -p PID'),
  bpfTool('runqlat', (pid) => ['-p', pid], 'runqlat -p PID', histogramCount),
  bpfTool('cpudist -O', (pid) => ['-O', '-p', pid], 'cpudist -O -p PID', histogramCount),
  bpfTool('offcputime', (pid) => ['-p', pid], 'offcputime -p PID'),
];

export const peerModes = PEERS.map((peer) => ({
  name: peer.name,
  shown: peer.shown,
  tool: 'peer',
  attach: (pid) => start(peer, String(pid)),
}));

async function start(peer, pid) {
  const directory = peer.writes ? mkdtempSync(join(tmpdir(), 'hftmon-bench-')) : undefined;
  const remove = atEnd(() => directory && rmSync(directory, { recursive: true, force: true }));
  const command = peer.command(pid, directory && join(directory, 'perf.data'));
  if (peer.control) command.splice(2, 0, '-D', '-1', '--control', 'fd:3,4');
  const process = new PeerProcess(command, { control: peer.control });
  try {
    await (peer.control ? process.control('enable') : process.attached());
  } catch (error) {
    remove();
    throw error;
  }
  return {
    end: async () => {
      const output = await process.end();
      remove();
      return peer.seen(output);
    },
  };
}
