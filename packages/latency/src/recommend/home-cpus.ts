import { formatCpuList } from '@hftmon/perf-native';
import type { Loss } from './loss.js';
import type { TunableTask, TuningHost } from './tuning-host.js';

/** Victims whose homes are worked out; a program with more has another plan. */
const MOST_VICTIMS = 8;
const SCHED_DEADLINE = 6;

/** The CPUs that victims shall have for themselves. */
export interface HomeCpus {
  readonly victims: readonly TunableTask[];
  readonly cpus: readonly number[];
  /** CPUs where disturbances may go: see {@link roomAmong}. */
  readonly free: readonly number[];
  /** Commands that pin a victim to its home, where it is not pinned yet, and their undoing. */
  readonly pins: readonly string[];
  readonly unpins: readonly string[];
}

/**
 * Homes of the threads that lost time: the CPU that a thread is pinned to, or, if the one that lost
 * most is not, the CPU where most was lost, with the command that pins it there.
 * @returns `undefined` when there are none, nothing would be left for the others, or the thread
 *   would be pinned where another one of the targets is
 */
export function homeCpus({ victims, cpus }: Loss, host: TuningHost): HomeCpus | undefined {
  if (victims.overflowed) return undefined;
  const tasks = victims.keys().flatMap((tid) => host.task(tid) ?? []);
  if (tasks.length === 0 || tasks.length > MOST_VICTIMS) return undefined;
  const pinned = tasks.filter(({ allowed }) => allowed.length === 1);
  const roaming = tasks.filter(({ allowed }) => allowed.length > 1);
  // Threads that roam beside one that is pinned and lost most can give way.
  const roamer = tasks[0] === pinned[0] ? undefined : roaming[0];
  if (roamer !== undefined && roaming.length > 1) return undefined;
  const most = cpus.keys()[0];
  if (roamer !== undefined && !mayPin(roamer, most, host)) return undefined;
  const own = pinned.flatMap(({ allowed }) => allowed);
  if (roamer !== undefined && most !== undefined) own.push(most);
  const homes = [...new Set(own)].sort((a, b) => a - b);
  const { online } = host.cpus;
  const elsewhere = online.filter((cpu) => !homes.includes(cpu));
  const free = roomAmong(elsewhere, host);
  if (free.length === 0 || !homes.every((cpu) => online.includes(cpu))) return undefined;
  return {
    victims: roamer === undefined ? pinned : tasks,
    cpus: homes,
    free,
    pins: roamer === undefined ? [] : [`taskset -cp ${most} ${roamer.tid}`],
    unpins:
      roamer === undefined ? [] : [`taskset -cp ${formatCpuList(roamer.allowed)} ${roamer.tid}`],
  };
}

/**
 * Those of some CPUs where disturbances do no harm: which are not kept for somebody (isolated, or
 * without tick), and to which no thread of a target is pinned; if there are such, those that
 * threads of the targets are not confined to either.
 */
export function roomAmong(cpus: readonly number[], { cpus: lists, occupied }: TuningHost) {
  const room = cpus.filter(
    (cpu) =>
      !lists.isolated.includes(cpu) &&
      !lists.nohzFull.includes(cpu) &&
      occupied.pinnedTo(cpu).length === 0,
  );
  const calm = room.filter((cpu) => !occupied.isWanted(cpu));
  return calm.length > 0 ? calm : room;
}

function mayPin({ policy, allowed }: TunableTask, cpu: number | undefined, host: TuningHost) {
  return (
    cpu !== undefined &&
    allowed.includes(cpu) &&
    // The kernel admits such a thread to all CPUs of its domain, and refuses to confine it.
    policy !== SCHED_DEADLINE &&
    host.occupied.pinnedTo(cpu).length === 0
  );
}

/** `thread hot (17)`, for the victim that lost most. */
export function victimName({ victims }: HomeCpus): string {
  const [first] = victims;
  const more = victims.length > 1 ? ` and ${victims.length - 1} more` : '';
  return `${first!.comm} (${first!.tid})${more}`;
}
