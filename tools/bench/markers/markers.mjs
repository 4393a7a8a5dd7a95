import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd } from '../cleanup.mjs';
import { runChild } from '../run-child.mjs';
import { summary } from '../statistics.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const PACKAGE = here('../../../packages/marker');

/** Spans in each ms: two marks each, so 10 million marks a second. */
const SPANS_PER_MS = 5000;

const PROBED_CALLS = 20_011;

/**
 * What a mark costs its thread, and whether 10 million a second from one thread arrive; and what
 * spans by uprobes cost.
 */
export async function measureMarkers({ rounds, seconds, cpus, log }) {
  const folder = mkdtempSync(join(tmpdir(), 'hftmon-bench-'));
  const done = atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'marker');
  const source = join(PACKAGE, 'test/native/test_marker.c');
  const flags = ['-std=c11', '-O2', '-pthread', '-I', join(PACKAGE, 'include')];
  execFileSync('gcc', [...flags, source, '-o', program]);
  const runs = { c: [], node: [], arrival: [], defaults: [], probes: [] };
  let clock;
  for (let round = 0; round < rounds; round++) {
    const words = ['-c', String(cpus.target), program, 'measure'];
    const [ns, type] = execFileSync('taskset', words, { encoding: 'utf8' }).split(' ').map(Number);
    clock = ['', 'tsc', 'cntvct', 'monotonic'][type];
    runs.c.push(ns);
    runs.node.push((await runChild(here('node-process.mjs'), [], [cpus.target])).result.ns);
    const words2 = [SPANS_PER_MS, seconds, cpus.target];
    runs.arrival.push((await runChild(here('read-process.mjs'), words2, cpus.all)).result);
    const words3 = [...words2, 'defaults'];
    runs.defaults.push((await runChild(here('read-process.mjs'), words3, cpus.all)).result);
    const words4 = [PROBED_CALLS, cpus.target];
    runs.probes.push((await runChild(here('probe-process.mjs'), words4, cpus.all)).result);
    log(`markers: round ${round + 1} of ${rounds}`);
  }
  done();
  rmSync(folder, { recursive: true, force: true });
  return {
    rounds,
    clock,
    c: summary(runs.c),
    node: summary(runs.node),
    rate: summary(runs.arrival.map(({ rate }) => rate)),
    marks: runs.arrival[0].marks,
    lost: runs.arrival.map(({ lost }) => lost),
    lostByDefault: runs.defaults.map(({ lost }) => lost),
    exact: [...runs.arrival, ...runs.defaults].every(({ exact }) => exact),
    probes: {
      function: summary(runs.probes.map((probes) => probes.function)),
      static: summary(runs.probes.map((probes) => probes.static)),
    },
  };
}
