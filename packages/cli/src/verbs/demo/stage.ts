import { readFileSync } from 'node:fs';
import { DemoProcess } from './demo-process.js';

/** The matching engine of the demo, at work. */
export interface Stage {
  readonly engine: DemoProcess;
  readonly pid: number;
  readonly engineTid: number;
  readonly heartbeatTid: number;
  /** CPU of the engine's polling thread. */
  readonly cpu: number;
  /** The other CPUs that this process may use. */
  readonly otherCpus: readonly number[];
  close(): Promise<void>;
}

/**
 * Starts the engine on a CPU of its own, and the market that feeds it. This process leaves that
 * CPU: what the monitor does in JavaScript is no part of the show.
 */
export async function openStage(): Promise<Stage> {
  const cpus = allowedCpus();
  const cpu = cpus.at(-1) as number;
  await leave(cpu);
  const engine = new DemoProcess('engine', { cpu });
  try {
    const { pid, engineTid, heartbeatTid, port } = (await engine.next()) as Record<string, number>;
    const market = new DemoProcess('feeder', { port: port!, 'off-cpu': cpu });
    return {
      engine,
      pid: pid!,
      engineTid: engineTid!,
      heartbeatTid: heartbeatTid!,
      cpu,
      otherCpus: cpus.slice(0, -1),
      close: async () => void (await Promise.all([engine.kill(), market.kill()])),
    };
  } catch (error) {
    await engine.kill();
    throw error;
  }
}

async function leave(cpu: number): Promise<void> {
  const helper = new DemoProcess('keepoff', { pid: process.pid, 'off-cpu': cpu });
  try {
    await helper.next();
  } finally {
    await helper.kill();
  }
}

function allowedCpus(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
