import {
  NO_STACK,
  RECORD_WORDS,
  RecordKind,
  kindAt,
  nmiHandler,
  ranKernelStack,
  ranUserStack,
  switchKernelStack,
  switchUserStack,
  tidAt,
  timestampAt,
  vectorCallSite,
  workFunction,
  type RecordBatch,
  type StackFrame,
  type StackResolver,
  type TaskDirectory,
} from '@hftmon/core';
import type { FlightDictionary, NamedFrame } from './flight-types.js';

type Stacks = Pick<FlightDictionary, 'userStacks' | 'kernelStacks' | 'kernelSymbols'>;

/** Stacks and kernel functions that the records refer to, with their names. */
export function referredStacks(
  batch: RecordBatch,
  stacks: StackResolver,
  tasks: TaskDirectory,
): Stacks {
  const user = new Map<string, { readonly pid: number; readonly id: number }>();
  const kernel = new Set<number>();
  const addresses = new Set<bigint>();
  const { u32, f64, count } = batch;
  for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
    const kind = kindAt(u32, base);
    if (kind === RecordKind.Switch || kind === RecordKind.Ran) {
      const isSwitch = kind === RecordKind.Switch;
      const userStack = isSwitch ? switchUserStack(u32, base) : ranUserStack(u32, base);
      kernel.add(isSwitch ? switchKernelStack(u32, base) : ranKernelStack(u32, base));
      if (userStack === NO_STACK) continue;
      const pid = tasks.lookup(tidAt(u32, base), timestampAt(f64, base))?.pid ?? 0;
      user.set(`${pid} ${userStack}`, { pid, id: userStack });
    } else if (kind === RecordKind.Vector) addresses.add(vectorCallSite(u32, base));
    else if (kind === RecordKind.Nmi) addresses.add(nmiHandler(u32, base));
    else if (kind === RecordKind.Work) addresses.add(workFunction(u32, base));
  }
  kernel.delete(NO_STACK);
  addresses.delete(0n);
  return {
    userStacks: [...user.values()].map(({ pid, id }) => ({
      pid,
      id,
      frames: stacks.user(pid, id).map(named),
    })),
    kernelStacks: [...kernel].map((id) => ({ id, frames: stacks.kernel(id).map(named) })),
    kernelSymbols: [...addresses].map((address) => named(stacks.kernelAddress(address))),
  };
}

function named({ address, symbol, offset, module }: StackFrame): NamedFrame {
  return {
    address: `0x${address.toString(16)}`,
    ...(symbol === undefined ? {} : { symbol }),
    ...(offset === undefined ? {} : { offset }),
    ...(module === undefined ? {} : { module }),
  };
}
