// Processes with memory on a known node: what the collector says of them, and the kernel's books.
import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { CollectorRegistry, Session } from '@hftmon/core';
import { createNumaCollector } from '@hftmon/numa';
import { KernelEventSource, queryPageNodes } from '@hftmon/perf-native';
import { spawnTouch, touchPlace } from '@hftmon/testkit';

const PAGE = 4096;
const POLL_MS = 50;
/** An emulated CPU on a busy host is slow beyond any guess; the guest itself has a time limit. */
const LIMIT_S = 3600;

/** The thread that uses the memory is on node 0; CPU n is that of node n. */
const CASES = {
  firstTouch: { cpu: 0, touchCpu: 1, mib: 32, touchedMib: 19 },
  bound: { cpu: 0, touchCpu: 0, node: 1, mib: 32, touchedMib: 7 },
  local: { cpu: 0, touchCpu: 0, mib: 32, touchedMib: 11 },
};

const collector = createNumaCollector({ placementIntervalMs: 100, placementShare: 0.5 });
const session = new Session({
  source: new KernelEventSource(),
  registry: new CollectorRegistry().register(collector),
});
const answer = { errors: [], cases: {} };
session.on('error', ({ error }) => answer.errors.push(error.message));
session.start();
answer.nodes = collector.host.nodes.map(({ distances, ...node }) => ({
  ...node,
  distances: Object.fromEntries(distances),
}));
for (const [name, options] of Object.entries(CASES)) {
  const target = await spawnTouch({ ...options, limitS: LIMIT_S });
  session.attach(target.pid);
  target.begin();
  await target.running();
  const found = await answerFor(target.pid);
  const before = booksOf(target);
  const [advice] = found.recommendations.filter(({ rule }) => rule === 'move-pages');
  if (advice !== undefined) execSync(advice.command, { stdio: 'pipe' });
  const followed = advice && { ...(await answerFor(target.pid)), books: booksOf(target) };
  await target.stop();
  answer.cases[name] = { ...found, books: before, followed };
  session.detach(target.pid);
  await target.quit();
}
session.close();
console.log(JSON.stringify(answer));

/** What the collector says once it has seen the process run for a while from now on. */
async function answerFor(pid) {
  for (let looks = 0; looks < 3; looks++) await nextLook(pid);
  const query = { pid, includeHeatmap: true, resolution: 'page' };
  return {
    placement: collector.targets(pid)[0].placement,
    stats: collector.snapshot(query),
    recommendations: collector.recommendations(pid),
  };
}

async function nextLook(pid) {
  const lookedAt = () => collector.targets(pid)[0].placement?.timestampNs;
  for (const before = lookedAt(); lookedAt() === before;) await setTimeout(POLL_MS);
}

/** The same from the kernel's own books, of the region alone and of the mapping that it is in. */
function booksOf(target) {
  const { address, bytes, touchedBytes } = touchPlace(target);
  // The kernel may have merged the region with its neighbours.
  const mapping = mappingAt(target.pid, Number(address));
  return {
    pid: target.pid,
    touchedPages: touchedBytes / PAGE,
    process: pagesByNode(readFileSync(`/proc/${target.pid}/numa_maps`, 'utf8')),
    region: pageNodes(target.pid, Number(address), bytes),
    mapping: {
      address: `0x${mapping.start.toString(16)}`,
      movePages: pageNodes(target.pid, mapping.start, mapping.end - mapping.start),
      numaMaps: numaMapsAt(target.pid, mapping.start),
    },
  };
}

function mappingAt(pid, address) {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm);
  return Array.from(lines, ([, start, end]) => ({
    start: parseInt(start, 16),
    end: parseInt(end, 16),
  })).find(({ start, end }) => start <= address && address < end);
}

function numaMapsAt(pid, start) {
  const lines = readFileSync(`/proc/${pid}/numa_maps`, 'utf8').split('\n');
  return pagesByNode(lines.find((line) => parseInt(line, 16) === start) ?? '');
}

/** Sums of `… N0=3 N1=5 …` by node. */
function pagesByNode(text) {
  const pages = {};
  for (const [, node, count] of text.matchAll(/ N(\d+)=(\d+)/g)) {
    pages[node] = (pages[node] ?? 0) + Number(count);
  }
  return pages;
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
