import { listBpfFds } from './bpf-objects.js';
import { awaitBpfGone, listBpfMaps, listBpfPrograms } from './bpf-programs.js';

/** Ids of BPF objects by type. The kernel never uses an id twice. */
export interface BpfIds {
  readonly programs: number[];
  readonly maps: number[];
}

/** The BPF programs and maps that a process holds now. */
export function bpfOf(pid: number): BpfIds {
  const fds = listBpfFds(pid);
  const ids = (type: string) => [
    ...new Set(fds.filter((fd) => fd.type === type).map((fd) => fd.id)),
  ];
  return { programs: ids('prog'), maps: ids('map') };
}

/** Ids of those that the kernel still has a little later, see `awaitBpfGone`. */
export async function bpfLeftOf({ programs, maps }: BpfIds): Promise<number[]> {
  const among = (ids: readonly number[], list: typeof listBpfPrograms) => () =>
    list().filter(({ id }) => ids.includes(id));
  const left = [
    ...(await awaitBpfGone(new Set(), among(programs, listBpfPrograms))),
    ...(await awaitBpfGone(new Set(), among(maps, listBpfMaps))),
  ];
  return left.map(({ id }) => id);
}
