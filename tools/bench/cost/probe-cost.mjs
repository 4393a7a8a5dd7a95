import { RecordKind } from '@hftmon/core';
import { KernelEventSource } from '@hftmon/perf-native';
import { spawnFaults, spawnNetload, spawnSignals, spawnTlbshoot } from '@hftmon/testkit';
import { pinSelf } from '../affinity.mjs';
import { PeerProcess } from '../slowdown/peer-process.mjs';
import { pingPong } from '../target/ping-pong.mjs';
import { readPrograms, withBpfStats } from './bpf-stats.mjs';

const KINDS = Object.values(RecordKind).filter((kind) => kind !== RecordKind.Mark);

/** Programs that ran less often are shown, but their mean says little. */
export const ENOUGH_RUNS = 200;

/**
 * Mean time of every BPF program of hftmon, with all of them attached, while targets switch,
 * fault, take interrupts, IPIs and signals. Beside it the mean of a program that does nothing:
 * what the kernel's own stopwatch adds to each figure.
 */
export async function measureProbes({ hops, cpus }) {
  return withBpfStats(async () => {
    const empty = await emptyProgram({ hops, cpus });
    const before = new Set(readPrograms().map(({ id }) => id));
    const source = new KernelEventSource();
    try {
      source.open(new Set(KINDS), { cpuAffinity: cpus.housekeeping });
      source.start();
      const attach = (pid) => {
        source.attach(pid);
        return { end: () => source.detach(pid) };
      };
      await pingPong({ via: 'pipe', hops, cpus }, attach);
      await pingPong({ via: 'futex', hops, cpus }, attach);
      await disturbances(source, cpus);
      const own = readPrograms().filter(({ id }) => !before.has(id));
      const programs = own.filter(({ runs }) => runs > 0).map(withMean);
      return { empty, programs: programs.sort((a, b) => b.meanNs - a.meanNs) };
    } finally {
      source.close();
    }
  });
}

async function disturbances(source, { all, target, housekeeping }) {
  pinSelf(all);
  const [other] = housekeeping;
  const workloads = [
    () => spawnFaults({ pages: 20_011, cpu: target }),
    () => spawnNetload({ count: 20_011, cpu: target, gapUs: 5 }),
    () => spawnSignals({ count: 1009, gapUs: 100, cpu: target, senderCpu: other }),
  ];
  if (other !== target) {
    workloads.push(() => spawnTlbshoot({ count: 2003, gapUs: 100, cpu: target, otherCpu: other }));
  }
  for (const spawn of workloads) {
    const workload = await spawn();
    try {
      source.attach(workload.pid);
      await workload.go();
      source.detach(workload.pid);
    } finally {
      await workload.dispose();
    }
  }
}

/** bpftrace makes the emptiest program there is; without it the overhead stays unknown. */
async function emptyProgram({ hops, cpus }) {
  const before = new Set(readPrograms().map(({ id }) => id));
  let found;
  try {
    await pingPong({ via: 'pipe', hops, cpus }, async () => {
      const peer = new PeerProcess(['bpftrace', '-e', 'tracepoint:sched:sched_switch { }']);
      await peer.attached();
      return {
        end: () => {
          found = readPrograms().find(({ id, runs }) => !before.has(id) && runs > hops / 2);
          return peer.end();
        },
      };
    });
  } catch (error) {
    return { reason: error.message };
  }
  return found === undefined ? { reason: 'it was not found' } : withMean(found);
}

function withMean({ name, runs, ns }) {
  return { name, runs, meanNs: ns / runs };
}
