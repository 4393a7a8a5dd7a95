// What a span by uprobes costs the thread that it is of; prints a line of JSON.
// usage: node probe-process.mjs CALLS CPU
import { execFileSync } from 'node:child_process';
import { RecordKind } from '../../../packages/core/dist/index.js';
import { KernelEventSource } from '../../../packages/perf-native/dist/index.js';
import { spawnProbed } from '../../../packages/testkit/dist/index.js';

const [calls, cpu] = process.argv.slice(2).map(Number);

const PROBES = {
  plain: { name: 'function', binary: 'probed', function: 'probed_work' },
  static: { name: 'static', usdt: { begin: 'hftmon_test:begin', end: 'hftmon_test:end' } },
};

/** ns of a run, and its spans. */
async function run(mode, spanProbes) {
  const target = await spawnProbed({ mode, calls });
  execFileSync('taskset', ['-acp', String(cpu), String(target.pid)], { stdio: 'ignore' });
  const source = new KernelEventSource();
  source.open(new Set([RecordKind.Span]), { spanProbes });
  source.attach(target.pid);
  source.start();
  const { durationNs } = await target.go();
  const [probe] = source.spanOrigins.probes();
  source.close();
  await target.dispose();
  return { durationNs, spans: probe?.counts.spans ?? 0 };
}

/** ns of a span: the run with the probe beside runs without, before and after. */
async function cost(mode) {
  const before = await run(mode, []);
  const probed = await run(mode, [PROBES[mode]]);
  const after = await run(mode, []);
  return (probed.durationNs - (before.durationNs + after.durationNs) / 2) / probed.spans;
}

console.log(JSON.stringify({ function: await cost('plain'), static: await cost('static') }));
