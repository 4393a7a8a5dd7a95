import { formatCpuList } from '@hftmon/perf-native';
import type { ThreadPlace } from '../threads/thread-places.js';
import { homeNode } from './home-node.js';
import type { Rule } from './process-evidence.js';
import { remoteCost } from './remote-cost.js';

/** Share of the memory on one node that makes it the place to be. */
const MOST = 0.9;
/** Threads recommended to move; a program with more has another plan. */
const MOST_THREADS = 8;

/** Move threads that run away from the memory that nearly all of the process is in. */
export const moveThread: Rule = (evidence) => {
  const { pid, host, placement, threads, keptCpus } = evidence;
  // With one home for all threads it is the memory that is wrong.
  if (homeNode(evidence) !== undefined) return [];
  const total = placement.working.reduce((sum, { bytes }) => sum + bytes, 0);
  const memory = placement.working.find(({ bytes }) => bytes >= MOST * total);
  const own = host.nodes.find(({ id }) => id === memory?.nodeId)?.cpus ?? [];
  const cpus = own.filter((cpu) => !keptCpus.includes(cpu));
  if (memory === undefined || total === 0 || cpus.length === 0) return [];
  const away = threads
    .filter(({ nodeId }) => nodeId !== undefined && nodeId !== memory.nodeId)
    .filter(({ onCpuNs }) => (onCpuNs ?? 0) > 0)
    .sort((a, b) => b.onCpuNs! - a.onCpuNs! || a.tid - b.tid);
  return away.slice(0, MOST_THREADS).map((thread) => {
    const cost = remoteCost(evidence, thread.nodeId!, memory.nodeId);
    return {
      rule: 'move-thread',
      pid,
      tid: thread.tid,
      summary: `thread ${thread.comm} (${thread.tid}) runs on node ${thread.nodeId}, away from the memory of its process on node ${memory.nodeId}`,
      when: 'now',
      evidence: [
        ...factsOf(thread),
        {
          what: `share of the memory that the process works with on node ${memory.nodeId}`,
          value: memory.bytes / total,
          unit: 'ratio',
          source: placement.method === 'numa_maps' ? '/proc/PID/numa_maps' : 'move_pages, sampled',
        },
        ...cost.facts,
      ],
      expectedEffect: `if the thread works on that memory, ${cost.sentence}`,
      command: `taskset -cp ${formatCpuList(cpus)} ${thread.tid}`,
      undo: `taskset -cp ${thread.allowedCpus} ${thread.tid}`,
      call: 'sched_setaffinity',
      caution: `those of other hot threads are among the CPUs of node ${memory.nodeId}, isolated ones are not: choose one, if it is pinned; its own stack stays where it is`,
    };
  });
};

function factsOf({ nodeId, cpu, onCpuNs, allowedNodes }: ThreadPlace) {
  return [
    { what: 'CPU that it ran on last', value: cpu, source: '/proc/PID/task/TID/stat' },
    { what: 'node of that CPU', value: nodeId!, source: 'nodeN/cpulist' },
    {
      what: 'nodes that its affinity allows',
      value: allowedNodes.join(','),
      source: '/proc/PID/task/TID/status',
    },
    { what: 'its CPU time', value: onCpuNs!, unit: 'ns', source: '/proc/PID/task/TID/schedstat' },
  ];
}
