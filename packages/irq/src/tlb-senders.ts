import {
  RecordKind,
  TLB_ALL_PAGES,
  VectorFlag,
  durationAt,
  syscallName,
  taskRef,
  timestampAt,
  vectorCallSite,
  vectorFlags,
  vectorFlushPages,
  vectorFlushSyscall,
  vectorSenderTid,
  type RecordPredicate,
  type RecordSelection,
  type TaskRef,
} from '@hftmon/core';
import type { DecodeContext } from './interrupt-info.js';

/** TLB shootdowns of one sender that disturbed target threads, as far as the history goes. */
export interface TlbSender extends TaskRef {
  /** Kernel function that sent them; absent when kernel symbols are hidden. */
  readonly callSite?: string;
  /** System call that the sender was in; absent for kernel threads, and when it was not seen. */
  readonly syscall?: string;
  /** Interrupts. */
  readonly count: number;
  /** Net time that they took, us. */
  readonly totalUs: number;
  /** Those that flushed the whole address space. */
  readonly all: number;
  /** Pages of the others. */
  readonly pages: number;
}

export const isShootdown: RecordPredicate = (kind, u32, base) => {
  if (kind !== RecordKind.Vector) return false;
  const wanted = VectorFlag.TlbFlush | VectorFlag.SenderSeen;
  return (vectorFlags(u32, base) & wanted) === wanted;
};

/** What a flush was, of one record of a shootdown; nothing when its sender was not seen flushing. */
export function flushOf(
  u32: Uint32Array,
  base: number,
): { flushedPages?: number | 'all'; flushSyscall?: string } {
  const pages = vectorFlushPages(u32, base);
  if (pages === 0) return {};
  const syscall = syscallName(vectorFlushSyscall(u32, base));
  return {
    flushedPages: pages === TLB_ALL_PAGES ? 'all' : pages,
    ...(syscall === undefined ? {} : { flushSyscall: syscall }),
  };
}

/** Sums the selected shootdowns up by sender, call site and system call, the most frequent first. */
export function tlbSenders(records: RecordSelection, { source }: DecodeContext): TlbSender[] {
  const { u32, f64 } = records;
  const senders = new Map<string, TlbSender>();
  for (let i = 0; i < records.count; i++) {
    const base = records.baseOf(i);
    const endNs = timestampAt(f64, base) + durationAt(f64, base);
    const task = taskRef(source.tasks, vectorSenderTid(u32, base), endNs, source.cgroups);
    const callSite = source.stacks.kernelAddress(vectorCallSite(u32, base)).symbol;
    const { flushedPages = 0, flushSyscall } = flushOf(u32, base);
    const key = [task.tid, task.comm, callSite, flushSyscall].join('\n');
    const before = senders.get(key);
    senders.set(key, {
      ...task,
      ...(callSite === undefined ? {} : { callSite }),
      ...(flushSyscall === undefined ? {} : { syscall: flushSyscall }),
      count: (before?.count ?? 0) + 1,
      totalUs: (before?.totalUs ?? 0) + durationAt(f64, base) / 1e3,
      all: (before?.all ?? 0) + (flushedPages === 'all' ? 1 : 0),
      pages: (before?.pages ?? 0) + (flushedPages === 'all' ? 0 : flushedPages),
    });
  }
  return [...senders.values()].sort((a, b) => b.count - a.count);
}
