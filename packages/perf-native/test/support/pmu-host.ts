import type { ProbeEnvironment } from '@hftmon/core';
import { fakeEnvironment, type FakeRoots } from '@hftmon/testkit';

/** Lines of /proc/cpuinfo that tell the model, as the kernel prints them. */
export function x86Cpuinfo(vendor: string, family: number, model: number, stepping = 4): string {
  return [
    'processor\t: 0',
    `vendor_id\t: ${vendor}`,
    `cpu family\t: ${family}`,
    `model\t\t: ${model}`,
    'model name\t: some CPU @ 2.00GHz',
    `stepping\t: ${stepping}`,
    '',
  ].join('\n');
}

/** The same of an Arm CPU. */
export function armCpuinfo(implementer: string, part: string): string {
  return [
    'processor\t: 0',
    'BogoMIPS\t: 243.75',
    `CPU implementer\t: ${implementer}`,
    'CPU architecture: 8',
    'CPU variant\t: 0x3',
    `CPU part\t: ${part}`,
    'CPU revision\t: 1',
    '',
  ].join('\n');
}

/** A core PMU of sysfs. */
export function writePmu(
  roots: FakeRoots,
  name: string,
  type: number,
  options: { readonly cpus?: string; readonly events?: readonly string[] } = {},
): void {
  const folder = `sys/bus/event_source/devices/${name}`;
  roots.write(`${folder}/type`, `${type}\n`);
  if (options.cpus !== undefined) roots.write(`${folder}/cpus`, `${options.cpus}\n`);
  for (const event of options.events ?? []) roots.write(`${folder}/events/${event}`, 'event=0x1\n');
}

/** What a probe sees of the fake host; all capabilities unless said otherwise. */
export function environmentOf(
  roots: FakeRoots,
  capabilities: readonly string[] = ['CAP_PERFMON'],
): ProbeEnvironment {
  return fakeEnvironment({ procRoot: roots.procRoot, sysRoot: roots.sysRoot, capabilities });
}
