import { FileHold } from '@hftmon/perf-native';
import type { KernelFiles } from '../files/kernel-files.js';
import { isRunning } from '../files/process-mark.js';
import { ownerOf } from './group-name.js';

/** Removes the monitoring groups of monitors that ended without removing them. */
export function removeLeftoverGroups(files: KernelFiles, folder: string, procRoot: string): void {
  const own = ['info', 'mon_data', 'mon_groups'];
  const controlGroups = files.list(folder).filter((name) => !own.includes(name));
  for (const group of ['', ...controlGroups.map((name) => `/${name}`)]) {
    const parent = `${folder}${group}/mon_groups`;
    for (const name of files.list(parent)) {
      const owner = ownerOf(name);
      if (owner === undefined || isRunning(owner, procRoot)) continue;
      // One in another pid namespace has a pid that means nothing here, but it holds its group.
      const hold = FileHold.take(`${parent}/${name}`);
      if (typeof hold === 'string') continue;
      files.removeFolder(`${parent}/${name}`);
      hold.release();
    }
  }
}
