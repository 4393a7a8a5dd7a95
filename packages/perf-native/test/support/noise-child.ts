/**
 * A process that probes the noise of a CPU and samples its own threads, and ends in one of many
 * ways; bundled by `bundleChild` and run by plain node. Arguments: how to end, the CPU.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { RecordKind } from '@hftmon/core';
import { KernelEventSource, NoiseProbe } from '../../src/index.js';

interface Orders {
  readonly ending: string;
  readonly cpu: number;
}

const DURATION_MS = 600_000;

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function begin({ cpu }: Orders): void {
  const probe = new NoiseProbe({ cpu, durationMs: DURATION_MS, epochNs: 0n });
  probe.start();
  const source = new KernelEventSource();
  source.open(new Set([RecordKind.Switch]), {});
  source.attach(process.pid);
  source.start();
  const tids = [process.pid];
  source.createThreadStateSampler({ cpu, durationMs: DURATION_MS, tids }).start();
}

const ENDINGS: Record<string, (orders: Orders) => unknown> = {
  natural: begin,
  exit(orders) {
    begin(orders);
    process.exit(0);
  },
  throw(orders) {
    begin(orders);
    throw new Error('on purpose');
  },
  async hold(orders) {
    begin(orders);
    say({ running: true });
    await sleep(60_000);
  },
  async 'worker-terminate'(orders) {
    const worker = new Worker(new URL(import.meta.url), { workerData: orders });
    await new Promise((resolve) => worker.once('message', resolve));
    say({ running: true });
    await new Promise((resolve) => process.stdin.once('data', resolve));
    await worker.terminate();
    say({ terminated: true });
    await sleep(60_000);
  },
};

const orders: Orders = isMainThread
  ? { ending: process.argv[2]!, cpu: Number(process.argv[3]) }
  : (workerData as Orders);

if (isMainThread) await ENDINGS[orders.ending]!(orders);
else {
  begin(orders);
  parentPort!.postMessage('running');
  setInterval(() => undefined, 1000);
}
