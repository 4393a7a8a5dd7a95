import type { FunctionProbe } from '@hftmon/core';
import { readText } from '../proc/read.js';
import { readSection } from '../symbols/elf-headers.js';
import { refused } from './place-error.js';
import type { ProbedElf } from './probed-elf.js';

const GO_SECTIONS: ReadonlySet<string> = new Set(['.go.buildinfo', '.gopclntab']);
/** From here on the kernel keeps the shadow stack in step with the return address it replaces. */
const SHADOW_STACKS_SINCE = [6, 11] as const;

/** What files have that throw, catch or pass exceptions: C++, Rust, and C made to go along. */
const UNWINDING_SECTION = '.gcc_except_table';
const UNWINDING_NAMES = [
  '__cxa_throw\0',
  '__gxx_personality_v0\0',
  '_Unwind_Resume\0',
  '_Unwind_RaiseException\0',
  'libstdc++.so',
  'libc++.so',
];
const STRING_SECTIONS: ReadonlySet<string> = new Set(['.dynstr', '.strtab']);

/**
 * The kernel sees a function return by replacing its return address on the stack. Programs that
 * look at these, or move their stacks, would crash of it.
 * @throws HardwareNotSupportedError `HFTMON_E_SPAN_PROBE_REFUSED`
 */
export function refuseUnsafeReturns(
  { name, nothrow = false }: FunctionProbe,
  elf: ProbedElf,
  pid: number,
  procRoot: string,
): void {
  if (elf.sections.some((section) => GO_SECTIONS.has(section.name))) {
    throw refused(
      name,
      'a Go program moves its stacks, and would crash of a replaced return address',
      'let it end at the entry of another function, or mark it in the program',
    );
  }
  if (!nothrow && mayUnwind(elf)) {
    throw refused(
      name,
      'the file has exceptions, and one that leaves the function would abort the process',
      'let it end at the entry of another function, or say nothrow if none ever leaves it',
    );
  }
  if (!mayReplaceReturns(pid, procRoot)) {
    throw refused(
      name,
      'the process has a shadow stack, which this kernel would leave out of step',
      'use Linux 6.11 or later, or let it end at the entry of another function',
    );
  }
}

/** Does the kernel keep the process's shadow stack, if it has one, in step? */
export function mayReplaceReturns(pid: number, procRoot: string): boolean {
  return !hasShadowStack(pid, procRoot) || keepsShadowStacks(procRoot);
}

function mayUnwind({ source, sections }: ProbedElf): boolean {
  if (sections.some(({ name, size }) => name === UNWINDING_SECTION && size > 0)) return true;
  return sections
    .filter(({ name }) => STRING_SECTIONS.has(name))
    .map((section) => readSection(source, section))
    .some((strings) => UNWINDING_NAMES.some((name) => strings.includes(name)));
}

function hasShadowStack(pid: number, procRoot: string): boolean {
  const status = readText(`${procRoot}/${pid}/status`) ?? '';
  return /^x86_Thread_features:.*\bshstk\b/m.test(status);
}

function keepsShadowStacks(procRoot: string): boolean {
  const release = readText(`${procRoot}/sys/kernel/osrelease`) ?? '';
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const [sinceMajor, sinceMinor] = SHADOW_STACKS_SINCE;
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
