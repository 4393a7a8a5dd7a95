import { formatCpuList } from '@hftmon/perf-native';
import { cpuMask, parseCpuMask } from '../cpu-mask.js';
import { homeCpus, victimName, type HomeCpus } from '../home-cpus.js';
import type { Advice, Rule } from '../rule.js';
import { allOf, inOrder, writeCommand } from '../shell.js';
import type { TuningHost } from '../tuning-host.js';
import { movedIrqs } from './move-irq.js';

/** Queues that are changed one by one. */
const MOST_QUEUES = 16;

/** Have received packets handled on other CPUs: by RPS where that sends them here, else by the interrupt. */
export const steerPackets: Rule = (loss, host) => {
  if (loss.culprit !== 'NET_RX') return undefined;
  const homes = homeCpus(loss, host);
  if (homes === undefined) return undefined;
  const devices = host.list(`${host.sysRoot}/class/net`);
  return (
    withoutRps(devices, homes, host) ??
    movedIrqs(
      'the network interrupt',
      devices.flatMap((device) => irqsOf(device, host)),
      homes,
      host,
    )
  );
};

function withoutRps(
  devices: readonly string[],
  homes: HomeCpus,
  host: TuningHost,
): Advice | undefined {
  const queues = devices.flatMap((device) => {
    const folder = `${host.sysRoot}/class/net/${device}/queues`;
    return host
      .list(folder)
      .filter((name) => name.startsWith('rx-'))
      .map((name) => `${folder}/${name}/rps_cpus`);
  });
  const hits = queues.flatMap((file) => {
    const mask = host.read(file)?.trim() ?? '';
    return parseCpuMask(mask).some((cpu) => homes.cpus.includes(cpu)) ? [{ file, mask }] : [];
  });
  if (hits.length === 0 || hits.length > MOST_QUEUES) return undefined;
  const to = cpuMask(homes.free);
  return {
    rule: 'steer-packets',
    tid: homes.victims[0]!.tid,
    summary: `received packets are steered to CPU ${formatCpuList(homes.cpus)} of ${victimName(homes)}: steer them to CPU ${formatCpuList(homes.free)}`,
    when: 'now',
    evidence: hits.map(({ file, mask }) => ({
      what: 'CPUs that packets of the queue are steered to, as a mask',
      value: mask,
      source: file,
    })),
    expectedEffect: 'these queues no longer raise NET_RX there',
    command: inOrder([...homes.pins, ...hits.map(({ file }) => writeCommand(to, file))]),
    undo: allOf([...hits.map(({ file, mask }) => writeCommand(mask, file)), ...homes.unpins]),
    caution:
      'lasts until the host or the device starts again, or what set it up (RPS of the distribution, tuned) does',
  };
}

/** Interrupts of a network device; those of a virtio device belong to the PCI device above it. */
function irqsOf(device: string, host: TuningHost): number[] {
  const folder = `${host.sysRoot}/class/net/${device}/device`;
  const own = host.list(`${folder}/msi_irqs`);
  const names = own.length > 0 ? own : host.list(`${folder}/../msi_irqs`);
  return names.map(Number);
}
