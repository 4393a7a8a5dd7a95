// Monitors one busy process after the other, asks what users ask, and watches its own memory.
//   node --expose-gc --single-threaded stress/endurance.mjs --seconds 600
// Ends with one line of JSON; exit code 1 when memory grew.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HFTResourceMonitor } from '@hftmon/monitor';
import { spawnPingpong } from '@hftmon/testkit';
import { growth } from './growth.mjs';
import { heldMb } from './held.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '600' } } });
const seconds = Number(values.seconds);
// Many processes that come and go: what is kept of each adds up.
const rounds = Math.min(60, Math.max(40, Math.ceil(seconds / 10)));
/** Less than what a few KiB per thread and spike would be; the ended threads that are kept fill up meanwhile. */
const ALLOWED_MB = 6;

async function runOnce(monitor, samples) {
  const target = await spawnPingpong({ hops: 100_000_000, limitS: 60 });
  monitor.attachProcess(target.pid);
  target.begin();
  await sleep((seconds / rounds) * 1000);
  monitor.getThreadTotals(target.pid);
  // While it is at work; each question before that would wait for all that it does meanwhile.
  monitor.detachProcess(target.pid);
  await target.dispose();
  monitor.getContextSwitches({ minDurationUs: 100, limit: 1000, includeStackTrace: true });
  monitor.detectLatencySpikes({ thresholdUs: 50, includeCauseAnalysis: true });
  monitor.getInterrupts({ limit: 1000 });
  samples.push(heldMb());
}

const monitor = new HFTResourceMonitor();
let spikes = 0;
monitor.on('spike', () => spikes++);
monitor.startMonitoring();
const samples = [];
for (let i = 0; i < rounds; i++) {
  await runOnce(monitor, samples);
  process.stderr.write(`${i + 1}/${rounds}: ${samples.at(-1).toFixed(1)} MiB\n`);
}
const { seen, emitted, filtered, dropped } = monitor.getLosses();
monitor.dispose();

const grewMb = growth(samples);
const fine = grewMb < ALLOWED_MB;
const losses = { seen, emitted, filtered, dropped };
process.stdout.write(`${JSON.stringify({ seconds, fine, grewMb, spikes, losses, samples })}\n`);
process.exitCode = fine ? 0 : 1;
