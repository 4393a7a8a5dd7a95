import { awaitBpfGone, listBpfFds, listBpfMaps, listBpfPrograms } from '@hftmon/testkit';

/** Ids of the BPF objects that a process holds now, by type. */
export function bpfOf(pid: number): { readonly programs: number[]; readonly maps: number[] } {
  const fds = listBpfFds(pid);
  const ids = (type: string) => [
    ...new Set(fds.filter((fd) => fd.type === type).map((fd) => fd.id)),
  ];
  return { programs: ids('prog'), maps: ids('map') };
}

/** Those of them that the kernel still has a little later. Ids are never used twice. */
export async function leftOf({ programs, maps }: ReturnType<typeof bpfOf>): Promise<number[]> {
  const among = (ids: readonly number[], list: typeof listBpfPrograms) => () =>
    list().filter(({ id }) => ids.includes(id));
  const left = [
    ...(await awaitBpfGone(new Set(), among(programs, listBpfPrograms))),
    ...(await awaitBpfGone(new Set(), among(maps, listBpfMaps))),
  ];
  return left.map(({ id }) => id);
}
