import { mangledPrefixes } from './cxx-name.js';
import { ElfFunctions, type ElfFunction } from './elf-functions.js';
import { nearNames } from './near-names.js';
import { notFound, refused, type ProbeSubject } from './place-error.js';
import { offsetOfAddress, type ProbedElf } from './probed-elf.js';

const ADDRESS = /^0x[0-9a-f]+$/i;
/** What compilers append to the names of variants and fragments of a function. */
const VARIANT = /\.(?:cold|part|isra|constprop|localalias)\b/;
/** Functions told when a name is of several. */
const MOST_TOLD = 4;

/**
 * Where in the file a function begins.
 * @throws ConfigurationError `HFTMON_E_SPAN_PROBE_PLACE`
 * @throws HardwareNotSupportedError `HFTMON_E_SPAN_PROBE_REFUSED`
 */
export function findFunction(elf: ProbedElf, wanted: string, subject: ProbeSubject): number {
  const address = ADDRESS.test(wanted) ? Number(wanted) : addressOf(elf, wanted, subject);
  const offset = offsetOfAddress(elf, address, true);
  if (offset !== undefined) return offset;
  throw notFound(
    subject,
    'no code of the file has that address',
    'give the address that `nm` or `objdump -d` shows for the file, without what it is loaded at',
  );
}

function addressOf(elf: ProbedElf, wanted: string, subject: ProbeSubject): number {
  const functions = new ElfFunctions(elf.source, elf.sections);
  const found = candidates(functions, wanted);
  if (found.length === 0) throw unknownFunction(functions, wanted, subject);
  if (found.length > 1) throw ambiguous(found, subject);
  const [{ address, indirect }] = found as [ElfFunction];
  if (!indirect) return address;
  throw refused(
    subject.span,
    `${wanted} is chosen from several functions when the file is loaded`,
    'probe the one that is used on this CPU; a profile shows its name',
  );
}

function candidates(functions: ElfFunctions, wanted: string): ElfFunction[] {
  const exact = functions.named(wanted);
  if (exact.length > 0) return exact;
  return mangledPrefixes(wanted)
    .flatMap((prefix) => functions.startingWith(prefix))
    .filter(({ name }) => !VARIANT.test(name));
}

function ambiguous(found: readonly ElfFunction[], subject: ProbeSubject) {
  const told = found
    .slice(0, MOST_TOLD)
    .map(({ name, address }) => `${name} at 0x${address.toString(16)}`);
  return notFound(
    subject,
    `${found.length} functions have that name: ${told.join(', ')}`,
    'give the mangled name, or the address, of one of them',
  );
}

function unknownFunction(functions: ElfFunctions, wanted: string, subject: ProbeSubject) {
  const names = functions.startingWith('').map(({ name }) => name);
  if (names.length === 0) {
    return notFound(
      subject,
      'the file has no symbols: it was stripped',
      'give the address of the function, as `nm` shows it for the file before it was stripped',
    );
  }
  const near = nearNames(wanted, names);
  return notFound(
    subject,
    `the file has no function of that name${near.length > 0 ? `, but ${near.join(', ')}` : ''}`,
    'choose one that `nm` shows; one that was inlined everywhere is none any more: keep it with __attribute__((noinline))',
  );
}
