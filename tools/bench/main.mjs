#!/usr/bin/env node
// Measures hftmon on this host beside its peers and writes docs/benchmarks.md from the run.
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { planCpus } from './affinity.mjs';
import { measureBusyTarget } from './busy/busy-target.mjs';
import { measureOwnCost } from './cost/own-cost.mjs';
import { measureProbes } from './cost/probe-cost.mjs';
import { measureDetection } from './detect/detection.mjs';
import { describeMachine } from './machine.mjs';
import { measureNoise } from './noise/noise.mjs';
import { measureMarkers } from './markers/markers.mjs';
import { REPORT, parseOptions, usage } from './options.mjs';
import { preparePeers } from './peer-packages.mjs';
import { renderReport } from './report/report.mjs';
import { measureAllocation } from './ring/allocation.mjs';
import { buildNativeWriter } from './ring/native-writer.mjs';
import { measureQuery } from './ring/query.mjs';
import { measureThroughput } from './ring/throughput.mjs';
import { hftmonModes } from './slowdown/hftmon.mjs';
import { peerModes } from './slowdown/peers.mjs';
import { measureSlowdown } from './slowdown/rounds.mjs';

const log = (line) =>
  console.log(`[bench] ${performance.now().toFixed(0).padStart(6)} ms  ${line}`);

async function run(options) {
  const { quick, rounds, sections } = options;
  const begin = Date.now();
  const cpus = planCpus();
  const peers = preparePeers(options);
  const machine = describeMachine();
  log(`${machine.cpu}; ${machine.kernel}; load ${machine.load}`);
  log(`target on CPU ${cpus.target}, everything else on ${cpus.housekeeping.join(',')}`);
  buildNativeWriter();

  const modes = [...hftmonModes, ...peerModes];
  const slowdown = (via, hops) =>
    measureSlowdown({ via, hops: quick ? 20_011 : hops, rounds, cpus, log }, modes);
  const measure = {
    slowdown: async () => [await slowdown('pipe', 60_013), await slowdown('futex', 60_013)],
    busy: () => measureBusyTarget({ rounds, cpus }),
    detection: () =>
      measureDetection({ spikes: quick ? 200 : 2000, rounds: quick ? 1 : 4, cpus, log }),
    probes: () => measureProbes({ hops: quick ? 20_011 : 200_003, cpus }),
    ring: () => measureThroughput({ millions: quick ? 8 : 30, rounds: quick ? 2 : 5, cpus, log }),
    allocation: () => measureAllocation({ millions: quick ? 10 : 100, cpus }),
    query: () => measureQuery({ times: quick ? 20 : 100, cpus }),
    markers: () => measureMarkers({ rounds: quick ? 2 : 5, seconds: quick ? 1 : 3, cpus, log }),
    monitor: () => measureOwnCost({ runs: quick ? 1 : 3, seconds: quick ? 2 : 5, cpus }),
    noise: () => measureNoise({ rounds: quick ? 1 : 3, seconds: quick ? 2 : 20, cpus, log }),
  };
  const results = {};
  const failures = [];
  for (const name of sections) {
    log(`section ${name}`);
    try {
      results[name] = await measure[name]();
    } catch (error) {
      // The others can still be measured; the report says what is missing, and why.
      failures.push({ section: name, reason: error.message });
      log(`section ${name} failed: ${error.stack}`);
    }
  }
  const seconds = Math.round((Date.now() - begin) / 1000);
  return { machine, peers, cpus, options, results, failures, seconds };
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
  } else {
    const outcome = await run(options);
    const config = await resolveConfig(REPORT);
    const report = await format(renderReport(outcome), { ...config, parser: 'markdown' });
    if (options.out === undefined) console.log(`\n${report}`);
    else writeFileSync(options.out, report);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(outcome, null, 2)}\n`);
    log(`${options.out ?? 'done'}: ${outcome.seconds} s`);
    if (outcome.failures.length > 0) process.exitCode = 1;
  }
} catch (error) {
  console.error(`[bench] ${error.stack ?? error.message}`);
  process.exitCode = 1;
}
