import {
  SwitchFlag,
  cpuAt,
  durationAt,
  switchCpuFrom,
  switchFlags,
  switchKernelStack,
  switchNextTid,
  switchPreviousTid,
  switchQueueDepth,
  switchSyscall,
  switchUserStack,
  switchWaitNs,
  switchWakerTid,
  syscallName,
  taskRef,
  tidAt,
  timestampAt,
  type CollectorContext,
} from '@hftmon/core';
import type { CpuNodes } from './cpu-nodes.js';
import { missingStack } from './missing-stack.js';
import { nodesOf } from './nodes-of.js';
import { offCpuState } from './off-cpu-state.js';
import { preemptionReason } from './preemption-reason.js';
import type { PreemptorStacks } from './preemptor-stacks.js';
import { stackTrace } from './stack-trace.js';
import type { ContextSwitchInfo } from './types.js';

/** What a record is read with. */
export type DecodeContext = Pick<CollectorContext, 'clock' | 'source'> & {
  readonly nodes: CpuNodes;
};

/**
 * Builds the answer for one Switch record.
 * @param preemptors - stacks are left out without it
 */
export function switchInfo(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  context: DecodeContext,
  preemptors?: PreemptorStacks,
): ContextSwitchInfo {
  const { tasks, cgroups } = context.source;
  const timestampNs = timestampAt(f64, base);
  const durationNs = durationAt(f64, base);
  const endNs = timestampNs + durationNs;
  const tid = tidAt(u32, base);
  const flags = switchFlags(u32, base);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const own = tasks.lookup(tid, endNs);
  const nextTid = switchNextTid(u32, base);
  const wakerTid = switchWakerTid(u32, base);
  const cpuFrom = switchCpuFrom(u32, base);
  const cpuTo = cpuAt(u32, base);
  const syscall = syscallName(switchSyscall(u32, base));
  const wakeSeen = has(SwitchFlag.WakeSeen);
  // The idle task wakes nobody by itself.
  const wokenByInterrupt = wakeSeen && (has(SwitchFlag.WokenByInterrupt) || wakerTid === 0);
  const reason = preemptionReason(
    flags,
    tasks.lookup(tid, timestampNs),
    nextTid === 0 ? undefined : tasks.lookup(nextTid, timestampNs),
  );
  const preemptorStack = has(SwitchFlag.Voluntary | SwitchFlag.First)
    ? undefined
    : preemptors?.of(nextTid, cpuFrom, timestampNs);
  return {
    timestamp: context.clock.toDate(timestampNs),
    timestampNs,
    pid: own?.pid ?? 0,
    tid,
    comm: own?.comm ?? '',
    cpuFrom,
    cpuTo,
    ...nodesOf(context.nodes, cpuFrom, cpuTo),
    voluntary: has(SwitchFlag.Voluntary),
    durationUs: durationNs / 1e3,
    runQueueWaitUs: switchWaitNs(u32, base) / 1e3,
    ...(has(SwitchFlag.DepthSeen) ? { runQueueDepth: switchQueueDepth(u32, base) } : {}),
    state: offCpuState(flags),
    ...(has(SwitchFlag.First | SwitchFlag.NewThread)
      ? {}
      : { switchedTo: taskRef(tasks, nextTid, timestampNs, cgroups) }),
    ...(has(SwitchFlag.ReturnUnseen)
      ? {}
      : { ranBefore: taskRef(tasks, switchPreviousTid(u32, base), endNs, cgroups) }),
    ...(wakeSeen && !wokenByInterrupt ? { wokenBy: taskRef(tasks, wakerTid, endNs, cgroups) } : {}),
    wokenByInterrupt,
    ...(syscall === undefined ? {} : { syscall }),
    ...(reason === undefined ? {} : { preemptionReason: reason }),
    preemptedInKernel: has(SwitchFlag.PreemptedInKernel),
    incomplete: has(SwitchFlag.First),
    wakeUnseen: has(SwitchFlag.Voluntary) && !wakeSeen,
    returnUnseen: has(SwitchFlag.ReturnUnseen),
    newThread: has(SwitchFlag.NewThread),
    ...(preemptors === undefined ? {} : ownStack(u32, f64, base, own?.pid ?? 0, context)),
    ...(preemptorStack === undefined ? {} : { preemptorStack }),
  };
}

function ownStack(
  u32: Uint32Array,
  f64: Float64Array,
  base: number,
  pid: number,
  { source }: DecodeContext,
): Pick<ContextSwitchInfo, 'stackTrace' | 'noStackTrace'> {
  const own = stackTrace(
    source.stacks,
    pid,
    switchUserStack(u32, base),
    switchKernelStack(u32, base),
  );
  if (own !== undefined) return { stackTrace: own };
  const flags = switchFlags(u32, base);
  return { noStackTrace: missingStack(flags, durationAt(f64, base), source.stacksFromNs) };
}
