import { readText } from '../proc/read.js';

/** What kind of CPU this is, from what it says of itself. */
export type CpuModel =
  | {
      readonly arch: 'x86';
      /** `GenuineIntel`, `AuthenticAMD`, … */
      readonly vendor: string;
      readonly family: number;
      readonly model: number;
      readonly stepping: number;
    }
  | {
      readonly arch: 'arm';
      /** Field of the MIDR register: 0x41 is Arm. */
      readonly implementer: number;
      /** Field of the MIDR register: 0xd0c is Neoverse N1. */
      readonly part: number;
    };

/** Where to look. */
export interface CpuModelRoots {
  readonly procRoot: string;
  readonly sysRoot: string;
}

/**
 * The model of the first CPU, from `/proc/cpuinfo`, and on Arm, where that is terse, from its
 * MIDR register in sysfs; `undefined` when neither tells.
 */
export function readCpuModel({ procRoot, sysRoot }: CpuModelRoots): CpuModel | undefined {
  const text = readText(`${procRoot}/cpuinfo`) ?? '';
  const field = (name: string) => new RegExp(`^${name}\\s*: *(.*)$`, 'm').exec(text)?.[1]?.trim();
  const vendor = field('vendor_id');
  const [family, model, stepping] = ['cpu family', 'model', 'stepping'].map((name) =>
    toNumber(field(name)),
  );
  if (vendor !== undefined && family !== undefined && model !== undefined) {
    return { arch: 'x86', vendor, family, model, stepping: stepping ?? 0 };
  }
  const implementer = toNumber(field('CPU implementer'));
  const part = toNumber(field('CPU part'));
  if (implementer !== undefined && part !== undefined) return { arch: 'arm', implementer, part };
  return readMidr(sysRoot, 0);
}

/** The model of one CPU of Arm, from its MIDR register in sysfs; `undefined` without one. */
export function readMidr(sysRoot: string, cpu: number): CpuModel | undefined {
  return fromMidr(
    readText(`${sysRoot}/devices/system/cpu/cpu${cpu}/regs/identification/midr_el1`)?.trim(),
  );
}

/** How the model is written in reports: `GenuineIntel 6/106/6`, `Arm 0x41/0xd0c`. */
export function describeCpuModel(cpu: CpuModel): string {
  return cpu.arch === 'x86'
    ? `${cpu.vendor} ${cpu.family}/${cpu.model}/${cpu.stepping}`
    : `Arm 0x${cpu.implementer.toString(16)}/0x${cpu.part.toString(16)}`;
}

function fromMidr(text: string | undefined): CpuModel | undefined {
  const midr = toNumber(text);
  if (midr === undefined) return undefined;
  // The register is 64 bits wide; its upper half is reserved and 0.
  const low = midr % 0x1_0000_0000;
  return { arch: 'arm', implementer: low >>> 24, part: (low >>> 4) & 0xfff };
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
