import { HelperProcess } from '../../run/helper-process.js';
import { allowedCpus, leaveCpu } from '../../run/own-cpus.js';

/** The matching engine of the demo, at work. */
export interface Stage {
  readonly engine: HelperProcess;
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
  await leaveCpu(cpu);
  const engine = new HelperProcess('hftmon-demo', 'engine', { cpu });
  try {
    const { pid, engineTid, heartbeatTid, port } = (await engine.next()) as Record<string, number>;
    const market = new HelperProcess('hftmon-demo', 'feeder', { port: port!, 'off-cpu': cpu });
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
