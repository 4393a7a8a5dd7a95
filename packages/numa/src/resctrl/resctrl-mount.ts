import type { KernelFiles } from '../files/kernel-files.js';
import { unsupported, type Absent } from '../support/absent.js';

/** A mounted resctrl that can count memory traffic, or why there is none. */
export type ResctrlMount = { readonly ok: true; readonly folder: string } | Absent;

const REMEDY_CPU = 'a CPU with memory bandwidth monitoring (Intel RDT, AMD PQoS), on bare metal';

/** Looks for it; mounting it is left to the user. */
export function findResctrl(files: KernelFiles, procRoot: string, sysRoot: string): ResctrlMount {
  const mounts = files.read(`${procRoot}/mounts`);
  const line = mounts.ok ? /^\S+ (\S+) resctrl /m.exec(mounts.text) : null;
  if (line === null) {
    const filesystems = files.read(`${procRoot}/filesystems`);
    return filesystems.ok && /\bresctrl$/m.test(filesystems.text)
      ? unsupported('resctrl is not mounted', 'sudo mount -t resctrl resctrl /sys/fs/resctrl')
      : unsupported(
          'the kernel has no resctrl (CONFIG_X86_CPU_RESCTRL), or the CPU no RDT',
          REMEDY_CPU,
        );
  }
  const folder = line[1]!.replace(/^\/sys(?=\/)/, sysRoot);
  const features = files.read(`${folder}/info/L3_MON/mon_features`);
  const has = (name: string): boolean => features.ok && features.text.split('\n').includes(name);
  return has('mbm_local_bytes') && has('mbm_total_bytes')
    ? { ok: true, folder }
    : unsupported('the CPU does not monitor memory bandwidth (MBM)', REMEDY_CPU);
}
