import { HOST_API_VERSION, RecordKind, type CollectorMeta } from '@hftmon/core';

/** What the collector says of itself. */
export const meta: CollectorMeta = {
  name: 'numa',
  version: '0.1.0',
  apiVersion: HOST_API_VERSION,
  summary: 'Local and remote memory, placement, bandwidth, hot spots and NUMA advice',
  kinds: [RecordKind.AddressSample],
  metrics: [
    {
      name: 'resident_bytes',
      unit: 'bytes',
      type: 'gauge',
      help: 'Memory of the targets that was seen, on all nodes',
    },
    {
      name: 'remote_bytes',
      unit: 'bytes',
      type: 'gauge',
      help: 'Memory of the targets that was seen on nodes where none of their threads ran last',
    },
    {
      name: 'local_access_count',
      unit: 'count',
      type: 'counter',
      help: 'Accesses of the targets that memory of their own node served',
    },
    {
      name: 'remote_access_count',
      unit: 'count',
      type: 'counter',
      help: 'Accesses of the targets that memory of another node served',
    },
    {
      name: 'local_access_ratio',
      unit: 'ratio',
      type: 'gauge',
      help: 'Local accesses among all that memory served',
    },
    {
      name: 'sampled_local_ratio',
      unit: 'ratio',
      type: 'gauge',
      help: 'Local accesses among the sampled ones, an estimate',
    },
    {
      name: 'inter_socket_overhead_us',
      unit: 'us',
      type: 'counter',
      help: 'What remote instead of local reads cost in latency at most',
    },
    {
      name: 'memory_bytes_per_second',
      unit: 'bytes_per_second',
      type: 'gauge',
      help: 'Traffic of the memory of all nodes, by whomever',
    },
    {
      name: 'target_bytes_per_second',
      unit: 'bytes_per_second',
      type: 'gauge',
      help: 'Memory traffic of the targets alone',
    },
    {
      name: 'allocation_miss_count',
      unit: 'count',
      type: 'counter',
      help: 'Pages that a node gave although another was wanted, to whomever',
    },
    {
      name: 'hint_fault_count',
      unit: 'count',
      type: 'counter',
      help: 'Faults by which NUMA balancing stopped threads of the targets',
    },
    {
      name: 'migrated_page_count',
      unit: 'count',
      type: 'counter',
      help: 'Pages that NUMA balancing moved on the whole host',
    },
  ],
  needs: [
    { type: 'file', name: '/sys/devices/system/node' },
    { type: 'file', name: '/proc/PID/numa_maps' },
    { type: 'capability', name: 'CAP_SYS_PTRACE', optional: true },
    { type: 'capability', name: 'CAP_PERFMON', optional: true },
    { type: 'feature', name: 'a core PMU', optional: true },
    { type: 'feature', name: 'a PMU of the memory controllers', optional: true },
    { type: 'feature', name: 'resctrl with memory bandwidth monitoring', optional: true },
    { type: 'feature', name: 'DAMON of virtual addresses', optional: true },
  ],
};
