/**
 * A process that samples and watches a thread of another, and ends in one of many ways; bundled
 * by `bundleChild` and run by plain node. Arguments: how to end, the thread, an address of it.
 */
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { isMonitorError } from '@hftmon/core';
import {
  AddressSampler,
  Watchpoint,
  WatchpointSet,
  cpuClockEvent,
  createProbeEnvironment,
  probeAddressSampling,
  probeWatchpoints,
  queryPageNodes,
  readProcessMemory,
} from '../../src/index.js';

interface Orders {
  readonly ending: string;
  readonly tid: number;
  readonly address: number;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Holds a sampler and four armed watchpoints. */
function begin({ tid, address }: Orders): { sampler: AddressSampler; set: WatchpointSet } {
  const sampler = new AddressSampler({ events: [cpuClockEvent(100_000)] });
  const refusal = sampler.follow(tid);
  if (refusal !== undefined) throw new Error(refusal.reason);
  const place = { address, length: 8, access: 'writes' } as const;
  const set = WatchpointSet.open(Array.from({ length: 4 }, () => ({ tid, place })));
  if (set.refused[0] !== undefined) throw new Error(set.refused[0].refusal.reason);
  set.arm(400);
  return { sampler, set };
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return 'none';
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    return error.code;
  }
}

const ENDINGS: Record<string, (orders: Orders) => Promise<unknown> | unknown> = {
  natural: begin,
  exit(orders) {
    begin(orders);
    process.exit(0);
  },
  throw(orders) {
    begin(orders);
    throw new Error('on purpose');
  },
  'report-at-exit'(orders) {
    const { sampler } = begin(orders);
    process.on('exit', () => {
      let read = 0;
      for (let found = sampler.poll(); found > 0; found = sampler.poll()) read += found;
      say({ read, samples: sampler.stats().samples });
      sampler.close();
    });
    setInterval(() => {
      if (sampler.stats().samples > 0) process.exit(0);
    }, 1);
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
  /** What a process that may not is told. */
  async refused({ tid, address }) {
    const env = createProbeEnvironment();
    using sampler = new AddressSampler({ events: [cpuClockEvent(1_000_000)] });
    const place = { address, length: 8, access: 'writes' } as const;
    const opened = Watchpoint.open(tid, place);
    const at = Float64Array.of(address);
    const bytes = new Uint8Array(8);
    say({
      sampling: sampler.follow(tid) ?? 'allowed',
      watching: opened.ok ? 'allowed' : opened,
      reading: codeOf(() =>
        readProcessMemory(tid, at, Uint32Array.of(8), bytes, new Int32Array(1)),
      ),
      placing: codeOf(() => queryPageNodes(tid, at, new Int32Array(1))),
      probes: { watch: probeWatchpoints(env), clock: probeAddressSampling(env)['cpu-clock'] },
    });
    await sleep(60_000);
  },
  /** Rings of 4 MiB, until the kernel locks no more memory for this user. */
  async 'locked-memory'() {
    const samplers: AddressSampler[] = [];
    let refusal;
    while (refusal === undefined && samplers.length < 1000) {
      const sampler = new AddressSampler({
        events: [cpuClockEvent(1_000_000)],
        ringPages: 1024,
        slots: 64,
      });
      samplers.push(sampler);
      refusal = sampler.follow(process.pid);
    }
    for (const sampler of samplers) sampler.close();
    say({ refusal, samplers: samplers.length });
    await sleep(60_000);
  },
  /** One descriptor is left; each event needs one. */
  async exhausted({ tid, address }) {
    using sampler = new AddressSampler({ events: [cpuClockEvent(1_000_000)] });
    const place = { address, length: 8, access: 'writes' } as const;
    Watchpoint.open(0x7fff_ffff, place); // so that all is loaded that needs a file
    const held = useUpDescriptors();
    closeSync(held.pop()!);
    const first = sampler.follow(tid)?.code ?? 'followed';
    const second = sampler.follow(process.pid)?.code ?? 'followed';
    const watch = Watchpoint.open(tid, place);
    const { threads } = sampler.stats();
    for (const fd of held) closeSync(fd);
    say({ first, second, watch: watch.ok ? 'watched' : watch.code, threads });
    await sleep(60_000);
  },
};

function useUpDescriptors(): number[] {
  const held: number[] = [];
  try {
    for (;;) held.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
  return held;
}

const orders: Orders = isMainThread
  ? { ending: process.argv[2]!, tid: Number(process.argv[3]), address: Number(process.argv[4]) }
  : (workerData as Orders);

if (isMainThread) await ENDINGS[orders.ending]!(orders);
else {
  begin(orders);
  parentPort!.postMessage('running');
  setInterval(() => undefined, 1000);
}
