import { SPAN_ROLE } from '../native/span-probes-bindings.js';
import { mangledPrefixes } from '../span-probes/cxx-name.js';
import { ElfFunctions } from '../span-probes/elf-functions.js';
import type { ProbePlace } from '../span-probes/find-places.js';
import { offsetOfAddress, type ProbedElf } from '../span-probes/probed-elf.js';

/** What V8 runs between these is one collection: it stops the thread's own code. */
const BEGIN = 'v8::internal::Heap::PerformGarbageCollection';
const END = 'v8::internal::GCTracer::StopObservablePause';
/** Marks for some time, between pieces of the thread's own code. */
const STEP = 'v8::internal::IncrementalMarking::Step';

/** Node-API, which every runtime of Node programs has for its add-ons. */
const NODE_API = 'napi_create_function\0';

/** What compilers append to the names of variants and fragments of a function. */
const VARIANT = /\./;

/** Where the collections of a file's V8 begin and end, ends first. */
export interface V8Places {
  readonly collection: readonly ProbePlace[];
  /** Empty: this V8 has none, or not as a function of its own. */
  readonly step: readonly ProbePlace[];
}

/** Is the file, or may it be, a V8 that runs the programs of Node? */
export function hasNodeApi({ source, sections }: ProbedElf): boolean {
  const strings = sections.find(({ name }) => name === '.dynstr');
  return strings !== undefined && source.read(strings.offset, strings.size).includes(NODE_API);
}

/** @returns the name of the function that the file lacks, else the places */
export function findV8Places(elf: ProbedElf): V8Places | string {
  const functions = new ElfFunctions(elf.source, elf.sections);
  const begin = offsetOf(elf, functions, BEGIN);
  if (begin === undefined) return BEGIN;
  const end = offsetOf(elf, functions, END);
  if (end === undefined) return END;
  const step = offsetOf(elf, functions, STEP);
  return {
    collection: [place(SPAN_ROLE.pauseEnd, end), place(SPAN_ROLE.pauseBegin, begin)],
    step:
      step === undefined
        ? []
        : [place(SPAN_ROLE.pauseStepReturn, step), place(SPAN_ROLE.pauseStepEntry, step)],
  };
}

function offsetOf(elf: ProbedElf, functions: ElfFunctions, name: string): number | undefined {
  const found = mangledPrefixes(name)
    .flatMap((prefix) => functions.startingWith(prefix))
    .filter((candidate) => !VARIANT.test(candidate.name));
  return found.length === 1 ? offsetOfAddress(elf, found[0]!.address, true) : undefined;
}

function place(role: number, offset: number): ProbePlace {
  return { role, offset, semaphore: 0 };
}
