import { readdirSync } from 'node:fs';
import { readText } from '../proc/read.js';

/** An idle state of a CPU, as the kernel's cpuidle describes it. */
export interface IdleState {
  /** K of `stateK`, as tracepoints number it. */
  readonly index: number;
  /** `POLL`, `C1`, `C6`, … */
  readonly name: string;
  /** Time that leaving it takes at worst by the kernel's tables, us. */
  readonly exitLatencyUs: number;
}

/** Driver of idle states, such as `intel_idle`; `undefined` when there is none. */
export function readIdleDriver(sysRoot = '/sys'): string | undefined {
  const driver = readText(`${sysRoot}/devices/system/cpu/cpuidle/current_driver`)?.trim();
  return driver === undefined || driver === '' || driver === 'none' ? undefined : driver;
}

/** Idle states of a CPU from sysfs, the shallowest first; none when there is no driver. */
export function readIdleStates(cpu: number, sysRoot = '/sys'): IdleState[] {
  const folder = `${sysRoot}/devices/system/cpu/cpu${cpu}/cpuidle`;
  return stateNumbers(folder).flatMap((index) => {
    const name = readText(`${folder}/state${index}/name`)?.trim();
    const latency = readText(`${folder}/state${index}/latency`)?.trim() ?? '';
    if (name === undefined || !/^\d+$/.test(latency)) return [];
    return [{ index, name, exitLatencyUs: Number(latency) }];
  });
}

function stateNumbers(folder: string): number[] {
  try {
    return readdirSync(folder)
      .flatMap((name) => /^state(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return []; // the kernel knows no idle states
  }
}
