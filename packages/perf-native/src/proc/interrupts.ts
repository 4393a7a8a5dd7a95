import { readText } from './read.js';

/** A numbered interrupt line. */
export interface IrqLine {
  readonly irq: number;
  /** Interrupt controller, such as `IO-APIC`, `PCI-MSIX-0000:00:01.0`, `GICv3`; empty if none. */
  readonly chip: string;
  /** Number of the interrupt within its controller. */
  readonly hardwareIrq: number | undefined;
  /** `edge`, `fasteoi`, `Level`, … as the kernel writes it. */
  readonly trigger: string | undefined;
  /** Who handles it: one name per handler of a shared line; empty when nobody does. */
  readonly devices: readonly string[];
  /** The devices in one string; empty when nobody handles it. */
  readonly name: string;
  /** Interrupts so far, in the order of `cpus`. */
  readonly counts: readonly number[];
}

/** A row of the architecture: `LOC`, `RES`, `CAL`, `TLB`, `NMI`, on arm64 `IPI0`, … */
export interface ArchLine {
  readonly label: string;
  /** What the kernel calls it, such as `Local timer interrupts`. */
  readonly description: string;
  /** In the order of `cpus`; one number for the whole host when `perCpu` is false. */
  readonly counts: readonly number[];
  /** False for `ERR` and `MIS`, which are counted for all CPUs together. */
  readonly perCpu: boolean;
}

/** /proc/interrupts. Counts are since boot and wrap at 2^32. */
export interface InterruptTable {
  /** The online CPUs, in the order of the columns. */
  readonly cpus: readonly number[];
  readonly irqs: ReadonlyMap<number, IrqLine>;
  readonly arch: ReadonlyMap<string, ArchLine>;
}

// Chip, number within the chip and trigger: "IO-APIC  5-edge  name", "GICv3 27 Level  name". Only
// with a trigger to end at may the chip hold spaces ("BRCM STB PCIe MSI 524288 Edge  name").
const TRIGGERED =
  /^(?<chip>\S+(?: \S+)*?)\s+(?<number>\d+)(?:\s+(?<level>Level|Edge)(?:\s*-(?<flow>\S+))?|-(?<only>\S+))(?:\s+(?<name>.*))?$/;
const NUMBERED = /^(?<chip>\S+)\s+(?<number>\d+)(?:\s{2,}(?<name>.*))?$/;
// "xen-pirq  -ioapic-level  name", "dummy  name".
const PLAIN = /^(?<chip>\S+)(?:\s+-(?<flow>\S+))?(?:\s+(?<name>.*))?$/;

/** Parses the text of /proc/interrupts. */
export function parseInterrupts(text: string): InterruptTable {
  const lines = text.split('\n');
  const cpus = parseCpuHeader(lines[0] ?? '');
  const irqs = new Map<number, IrqLine>();
  const arch = new Map<string, ArchLine>();
  for (const line of lines.slice(1)) {
    const row = splitRow(line, cpus.length);
    if (row === undefined) continue;
    if (/^\d+$/.test(row.label)) {
      const irq = Number(row.label);
      irqs.set(irq, { irq, ...describeIrq(row.rest), counts: row.counts });
    } else {
      arch.set(row.label, {
        label: row.label,
        description: row.rest,
        counts: row.counts,
        perCpu: row.rest !== '' || row.counts.length !== 1,
      });
    }
  }
  return { cpus, irqs, arch };
}

/** Reads `/proc/interrupts`; an empty table when the file is not there. */
export function readInterrupts(procRoot = '/proc'): InterruptTable {
  return parseInterrupts(readText(`${procRoot}/interrupts`) ?? '');
}

/** The CPU numbers of a header such as `  CPU0  CPU2`. */
export function parseCpuHeader(line: string): number[] {
  return [...line.matchAll(/CPU(\d+)/g)].map((match) => Number(match[1]));
}

/** Label, counts and the rest of a row. There may be fewer counts than CPUs (`ERR:  0`). */
export function splitRow(
  line: string,
  columns: number,
): { label: string; counts: number[]; rest: string } | undefined {
  const colon = line.indexOf(':');
  const label = line.slice(0, Math.max(colon, 0)).trim();
  if (label === '') return undefined;
  const counts: number[] = [];
  let at = colon + 1;
  const number = /\s+(\d+)(?=\s|$)/y;
  while (counts.length < columns) {
    number.lastIndex = at;
    const match = number.exec(line);
    if (match === null) break;
    counts.push(Number(match[1]));
    at = number.lastIndex;
  }
  return { label, counts, rest: line.slice(at).trim() };
}

function describeIrq(rest: string): Omit<IrqLine, 'irq' | 'counts'> {
  const match = TRIGGERED.exec(rest) ?? NUMBERED.exec(rest) ?? PLAIN.exec(rest);
  const { chip = '', number, level, flow, only, name = '' } = match?.groups ?? {};
  const devices = name.trim();
  return {
    chip: chip === 'None' ? '' : chip,
    hardwareIrq: number === undefined ? undefined : Number(number),
    trigger: flow ?? only ?? level,
    devices: devices === '' ? [] : devices.split(/,\s*/),
    name: devices,
  };
}
