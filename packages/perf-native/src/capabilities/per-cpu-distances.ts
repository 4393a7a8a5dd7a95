import { readFileSync } from 'node:fs';

const MAGIC = 0xeb9f;

/** BTF kinds, `BTF_KIND_*`. */
const VAR = 14;
const DATASEC = 15;

/** Bytes that follow the 12-byte type header, by kind; the second number is per `vlen` entry. */
const SIZES: readonly (readonly [number, number])[] = [
  [0, 0], // void
  [4, 0], // int
  [0, 0], // pointer
  [12, 0], // array
  [0, 12], // struct
  [0, 12], // union
  [0, 8], // enum
  [0, 0], // forward
  [0, 0], // typedef
  [0, 0], // volatile
  [0, 0], // const
  [0, 0], // restrict
  [0, 0], // function
  [0, 8], // function prototype
  [4, 0], // variable
  [0, 12], // data section
  [0, 0], // float
  [4, 0], // declaration tag
  [0, 0], // type tag
  [0, 12], // enum64
];

/** Offset of `preempt_count` in `struct pcpu_hot` (6.2 to 6.14), behind the pointer to current. */
const IN_PCPU_HOT = 8;

/** Bytes from a CPU's `struct rq` to other variables of that CPU; `undefined` where BTF has none. */
export interface PerCpuDistances {
  /** The preempt count, which tells whether the CPU is in an interrupt; arm64 has none. */
  readonly preemptCount: bigint | undefined;
  /** `vm_event_states`: what /proc/vmstat sums up. */
  readonly vmEvents: bigint | undefined;
  /** `steal_time`: what the hypervisor (KVM) took, in ns. */
  readonly stealTime: bigint | undefined;
  /** `hrtimer_bases`: the timers that expire there. */
  readonly timers: bigint | undefined;
}

/**
 * Distances between per-CPU variables are the same on every CPU, and a probe finds the run queue
 * through any task: so it reads variables that it can't link with, for they have no symbol on
 * kernels without CONFIG_KALLSYMS_ALL. From the kernel's BTF.
 */
export function perCpuDistances(sysRoot = '/sys'): PerCpuDistances {
  let known = distancesBelow.get(sysRoot);
  if (known === undefined) distancesBelow.set(sysRoot, (known = readDistances(sysRoot)));
  return known;
}

/** By root: a running kernel's BTF, some 5 MB, doesn't change. */
const distancesBelow = new Map<string, PerCpuDistances>();

function readDistances(sysRoot: string): PerCpuDistances {
  const offsets = readOffsets(`${sysRoot}/kernel/btf/vmlinux`);
  const runqueues = offsets.get('runqueues');
  const hot = offsets.get('pcpu_hot');
  const to = (offset: number | undefined): bigint | undefined =>
    runqueues === undefined || offset === undefined ? undefined : BigInt(offset - runqueues);
  return {
    preemptCount: to(
      offsets.get('__preempt_count') ?? (hot === undefined ? hot : hot + IN_PCPU_HOT),
    ),
    vmEvents: to(offsets.get('vm_event_states')),
    stealTime: to(offsets.get('steal_time')),
    timers: to(offsets.get('hrtimer_bases')),
  };
}

const VARIABLES = [
  'runqueues',
  '__preempt_count',
  'pcpu_hot',
  'vm_event_states',
  'steal_time',
  'hrtimer_bases',
];

function readOffsets(path: string): Map<string, number> {
  try {
    return perCpuOffsets(readFileSync(path), VARIABLES);
  } catch {
    return new Map(); // no BTF: the metrics that need it say so
  }
}

/** Offsets of per-CPU variables in their section, by name; those not found are left out. */
function perCpuOffsets(btf: Buffer, names: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  if (btf.length < 24 || btf.readUInt16LE(0) !== MAGIC) return found;
  const header = btf.readUInt32LE(4);
  const types = header + btf.readUInt32LE(8);
  const end = types + btf.readUInt32LE(12);
  const strings = header + btf.readUInt32LE(16);
  const wanted = new Map<number, string>();
  for (const name of [...names, '.data..percpu']) {
    const at = btf.indexOf(`\0${name}\0`, strings, 'latin1');
    if (at >= 0) wanted.set(at + 1 - strings, name);
  }
  const variables = new Map<number, string>();
  for (let at = types, id = 1; at + 12 <= end; id++) {
    const info = btf.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const length = info & 0xffff;
    const size = SIZES[kind];
    if (size === undefined) break; // a kind newer than this table: its length is unknown
    const name = wanted.get(btf.readUInt32LE(at));
    if (kind === VAR && name !== undefined) variables.set(id, name);
    if (kind === DATASEC && name === '.data..percpu') {
      for (let i = 0, entry = at + 12; i < length; i++, entry += 12) {
        const variable = variables.get(btf.readUInt32LE(entry));
        if (variable !== undefined) found.set(variable, btf.readUInt32LE(entry + 4));
      }
    }
    at += 12 + size[0] + size[1] * length;
  }
  return found;
}
