// Processes with memory on a known node, as the kernel's numa_maps and move_pages see them.
import { readFileSync } from 'node:fs';
import { queryPageNodes, readNumaTopology } from '@hftmon/perf-native';
import { spawnTouch, touchPlace } from '@hftmon/testkit';

const PAGE = 4096;

/** The thread that uses the memory is on node 0; CPU n is that of node n. */
const CASES = {
  firstTouch: { cpu: 0, touchCpu: 1, mib: 32, touchedMib: 19 },
  bound: { cpu: 0, touchCpu: 0, node: 1, mib: 32, touchedMib: 7 },
  local: { cpu: 0, touchCpu: 0, mib: 32, touchedMib: 11 },
};

const answer = {
  nodes: readNumaTopology().nodes.map(({ id, cpus }) => ({ id, cpus })),
  cases: {},
};
for (const [name, options] of Object.entries(CASES)) {
  const target = await spawnTouch(options);
  const { address, bytes, touchedBytes } = touchPlace(target);
  // The kernel may have merged the region with its neighbours.
  const mapping = mappingAt(target.pid, Number(address));
  answer.cases[name] = {
    touchedPages: touchedBytes / PAGE,
    region: pageNodes(target.pid, Number(address), bytes),
    mapping: {
      movePages: pageNodes(target.pid, mapping.start, mapping.end - mapping.start),
      numaMaps: numaMapsAt(target.pid, mapping.start),
    },
  };
  await target.quit();
}
console.log(JSON.stringify(answer));

function mappingAt(pid, address) {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm);
  return Array.from(lines, ([, start, end]) => ({
    start: parseInt(start, 16),
    end: parseInt(end, 16),
  })).find(({ start, end }) => start <= address && address < end);
}

/** Pages by node of the mapping with that start: `… N0=3 N1=5 …` is { 0: 3, 1: 5 }. */
function numaMapsAt(pid, start) {
  const lines = readFileSync(`/proc/${pid}/numa_maps`, 'utf8').split('\n');
  const line = lines.find((text) => Number.parseInt(text, 16) === start) ?? '';
  return Object.fromEntries(
    Array.from(line.matchAll(/ N(\d+)=(\d+)/g), ([, node, pages]) => [node, Number(pages)]),
  );
}

/** Pages by node of a range, by asking for each. */
function pageNodes(pid, start, bytes) {
  const count = bytes / PAGE;
  const nodes = new Int32Array(count);
  queryPageNodes(
    pid,
    Float64Array.from({ length: count }, (_, i) => start + i * PAGE),
    nodes,
  );
  const pages = {};
  for (const node of nodes) if (node >= 0) pages[node] = (pages[node] ?? 0) + 1;
  return pages;
}
