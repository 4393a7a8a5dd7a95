/**
 * A process that counts a thread of another, read and captured on its core, and ends in one of
 * many ways; bundled by `bundleChild` and run by plain node. Arguments: how to end, the thread.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { CounterSampler } from '../../src/index.js';

interface Orders {
  readonly ending: string;
  readonly tid: number;
}

/** PERF_TYPE_SOFTWARE, context switches. */
const EVENT = { type: 1, config: 3, config1: 0 };

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function open(intervalUs: number, excludeKernel = false): CounterSampler {
  return new CounterSampler({
    groups: [{ pmu: 'software', events: [EVENT] }],
    intervalUs,
    epochNs: process.hrtime.bigint(),
    excludeKernel,
  });
}

function begin({ tid }: Orders): CounterSampler[] {
  return [1000, 100].map((intervalUs) => {
    const sampler = open(intervalUs);
    if (!sampler.follow(tid)) throw new Error(JSON.stringify(sampler.uncounted()));
    sampler.start();
    return sampler;
  });
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
  'read-at-exit'(orders) {
    const [sampler] = begin(orders);
    process.on('exit', () => {
      let read = 0;
      while (sampler!.cursor.next()) read++;
      say({ read, samples: sampler!.stats().samples });
      sampler!.close();
    });
    setInterval(() => {
      if (sampler!.stats().samples > 10) process.exit(0);
    }, 1);
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
  /** What a process that may not is told, and what it may. */
  async refused({ tid }) {
    using sampler = open(1000, true);
    sampler.follow(tid);
    const other = sampler.uncounted();
    using own = open(1000, true);
    using kernel = open(1000);
    kernel.follow(process.pid);
    say({ other, own: own.follow(process.pid), kernel: kernel.uncounted() });
    await sleep(60_000);
  },
};

const orders: Orders = isMainThread
  ? { ending: process.argv[2]!, tid: Number(process.argv[3]) }
  : (workerData as Orders);

if (isMainThread) await ENDINGS[orders.ending]!(orders);
else {
  begin(orders);
  parentPort!.postMessage('running');
  setInterval(() => undefined, 1000);
}
