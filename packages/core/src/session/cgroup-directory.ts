/** Container that a cgroup belongs to, as far as its path tells. */
export interface ContainerRef {
  /** Absent where the path could be that of several. */
  readonly runtime?: 'docker' | 'containerd' | 'cri-o' | 'podman' | 'lxc' | 'systemd-nspawn';
  /** Full id, where the runtime uses one. */
  readonly id?: string;
  /** Name, where the runtime uses that instead. */
  readonly name?: string;
  /** Uid of the Kubernetes pod. */
  readonly pod?: string;
}

/** A cgroup of the unified hierarchy (v2). */
export interface CgroupRef {
  /** From the root that this process sees, which is `/`. */
  readonly path: string;
  readonly container?: ContainerRef;
}

/** Finds cgroups by the id that Task records carry. */
export interface CgroupDirectory {
  /** `undefined` when it is not known, or not of what this process may see. */
  lookup(cgroupId: number): CgroupRef | undefined;
}
