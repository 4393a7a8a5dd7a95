/**
 * A process that monitors another and ends in one of many ways; bundled by `child-bundle.ts` and
 * run by plain node. Arguments: how to end, pid of the target, milliseconds until the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { RecordKind, isMonitorError } from '@hftmon/core';
import {
  KernelEventSource,
  createProbeEnvironment,
  type HostEnvironment,
} from '../../src/index.js';

const KINDS = new Set([RecordKind.Switch, RecordKind.Softirq, RecordKind.Vector, RecordKind.Fault]);

interface Orders {
  readonly ending: string;
  readonly target: number;
  readonly delayMs: number;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function sayWhy(attempt: () => unknown): void {
  try {
    attempt();
    say({ code: 'none' });
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    say({ code: error.code, name: error.name, message: error.message });
  }
}

function monitor(
  orders: Orders,
  start = true,
  environment: HostEnvironment = createProbeEnvironment(),
): KernelEventSource {
  const source = new KernelEventSource(environment);
  source.open(orders.ending === 'hold-without-bpf' ? new Set() : KINDS, {
    historyRecords: 4096,
    busy: orders.ending.startsWith('busy-'),
  });
  source.attach(orders.target);
  if (start) source.start();
  return source;
}

async function runWorker(orders: Orders, source: KernelEventSource): Promise<void> {
  parentPort!.postMessage('running');
  if (orders.ending === 'worker-exit') process.exit(0);
  if (orders.ending === 'worker-throw') throw new Error('on purpose');
  if (orders.ending === 'worker-end') return;
  for (;;) {
    source.flush();
    source.totals(orders.target);
    await sleep(1);
  }
}

async function startWorker(orders: Orders): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url), { workerData: orders });
  worker.on('error', () => undefined);
  await new Promise((resolve) => worker.once('message', resolve));
  return worker;
}

const ENDINGS: Record<string, (orders: Orders) => Promise<unknown> | unknown> = {
  /** Nothing holds the process: it ends by itself under a running pump. */
  async natural(orders) {
    monitor(orders);
    await sleep(orders.delayMs);
  },
  async exit(orders) {
    monitor(orders);
    setInterval(() => undefined, 1);
    await sleep(orders.delayMs);
    process.exit(0);
  },
  async 'busy-exit'(orders) {
    monitor(orders);
    await sleep(orders.delayMs);
    process.exit(0);
  },
  /** As `hftmon` does it: the report is made of the totals when the process ends. */
  async 'report-at-exit'(orders) {
    const source = monitor(orders);
    process.on('exit', () => {
      source.stop();
      source.flush();
      // Not always the first: threads that began after numbers ran out have lower ones.
      const totals = source.totals(orders.target).find(({ tid }) => tid === orders.target);
      const { emitted } = source.losses();
      say({ report: totals?.tid, emitted, ring: new Uint32Array(source.ring.buffer)[32] });
      source.close();
    });
    await sleep(orders.delayMs);
    process.exit(0);
  },
  opened(orders) {
    monitor(orders, false);
    process.exit(0);
  },
  async throw(orders) {
    monitor(orders);
    await sleep(orders.delayMs);
    throw new Error('on purpose');
  },
  'hold-without-bpf': (orders) => ENDINGS['hold']!(orders),
  async hold(orders) {
    monitor(orders);
    say({ running: true });
    await sleep(60_000);
  },
  /** The worker is terminated; the process goes on until told. */
  async 'worker-terminate'(orders) {
    const worker = await startWorker(orders);
    await sleep(orders.delayMs);
    say({ running: true });
    await new Promise((resolve) => process.stdin.once('data', resolve));
    await worker.terminate();
    say({ terminated: true });
    await sleep(60_000);
  },
  async 'worker-end'(orders) {
    await endedWorker(orders);
  },
  async 'worker-exit'(orders) {
    await endedWorker(orders);
  },
  async 'worker-throw'(orders) {
    await endedWorker(orders);
  },
  /** The process ends under a worker that monitors. */
  async 'worker-process-exit'(orders) {
    await startWorker(orders);
    await sleep(orders.delayMs);
    process.exit(0);
  },
  /** What `open` says of this process. */
  async refused(orders) {
    sayWhy(() => monitor(orders));
    await sleep(60_000);
  },
  /** The same, when nobody has asked before whether it may. */
  async 'refused-by-kernel'(orders) {
    const environment = Object.create(createProbeEnvironment(), {
      bpf: { value: { ok: true, tier: 'kernel', source: 'a guess' } },
    }) as HostEnvironment;
    sayWhy(() => monitor(orders, true, environment));
    await sleep(60_000);
  },
  /** It may open, but not have a real-time pump. */
  async 'refused-priority'(orders) {
    const source = new KernelEventSource();
    source.open(KINDS, { realtimePriority: 10 });
    source.attach(orders.target);
    sayWhy(() => source.start());
    source.close();
    say({ closed: true });
    await sleep(60_000);
  },
};

async function endedWorker(orders: Orders): Promise<void> {
  const worker = await startWorker(orders);
  await new Promise((resolve) => worker.once('exit', resolve));
  say({ terminated: true });
  await sleep(60_000);
}

const orders: Orders = isMainThread
  ? { ending: process.argv[2]!, target: Number(process.argv[3]), delayMs: Number(process.argv[4]) }
  : (workerData as Orders);

if (isMainThread) await ENDINGS[orders.ending]!(orders);
else await runWorker(orders, monitor(orders));
