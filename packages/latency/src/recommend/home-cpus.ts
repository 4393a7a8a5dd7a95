import { formatCpuList } from '@hftmon/perf-native';
import type { Loss } from './loss.js';
import type { TunableTask, TuningHost } from './tuning-host.js';

/** Victims whose homes are worked out; a program with more has another plan. */
const MOST_VICTIMS = 8;

/** The CPUs that victims shall have for themselves. */
export interface HomeCpus {
  readonly victims: readonly TunableTask[];
  readonly cpus: readonly number[];
  /** Online CPUs that are neither homes nor isolated: where disturbances may go. */
  readonly free: readonly number[];
  /** Commands that pin a victim to its home, where it is not pinned yet, and their undoing. */
  readonly pins: readonly string[];
  readonly unpins: readonly string[];
}

/**
 * Homes of the threads that lost time: the CPU that a thread is pinned to, or, if the one that lost
 * most is not, the CPU where most was lost, with the command that pins it there.
 * @returns `undefined` when there are none, or nothing would be left for the others
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
  const own = pinned.flatMap(({ allowed }) => allowed);
  if (roamer !== undefined && most !== undefined) own.push(most);
  const homes = [...new Set(own)].sort((a, b) => a - b);
  const { online, isolated } = host.cpus;
  const free = online.filter((cpu) => !homes.includes(cpu) && !isolated.includes(cpu));
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

/** `thread hot (17)`, for the victim that lost most. */
export function victimName({ victims }: HomeCpus): string {
  const [first] = victims;
  const more = victims.length > 1 ? ` and ${victims.length - 1} more` : '';
  return `${first!.comm} (${first!.tid})${more}`;
}

/** Commands as one line, each only after the one before it worked. */
export function inOrder(commands: readonly string[]): string {
  return commands.join(' && ');
}
