import type { ContainerRef } from '@hftmon/core';

/** Ids of container runtimes: SHA-256 in hexadecimal. */
const ID = '(?<id>[0-9a-f]{64})';

/** Last part of a cgroup's path, by runtime. */
const PARTS: readonly (readonly [RegExp, ContainerRef['runtime']])[] = [
  // systemd driver: system.slice/docker-ID.scope
  [new RegExp(`^docker-${ID}\\.scope$`), 'docker'],
  // Kubernetes, systemd driver: kubepods-….slice/cri-containerd-ID.scope, crio-ID.scope
  [new RegExp(`^cri-containerd-${ID}\\.scope$`), 'containerd'],
  [new RegExp(`^crio-${ID}\\.scope$`), 'cri-o'],
  // nerdctl: system.slice/nerdctl-ID.scope
  [new RegExp(`^nerdctl-${ID}\\.scope$`), 'containerd'],
  // machine.slice/libpod-ID.scope, rootless below user.slice; cgroupfs driver: libpod-ID
  [new RegExp(`^libpod-${ID}(?:\\.scope)?$`), 'podman'],
  // machine.slice/systemd-nspawn@NAME.service, or machine-NAME.scope
  [/^systemd-nspawn@(?<name>.+)\.service$/, 'systemd-nspawn'],
  [/^machine-(?<name>.+)\.scope$/, 'systemd-nspawn'],
  // lxc.payload.NAME since 4.0; lxc.monitor.NAME is the host's side of it
  [/^lxc\.payload\.(?<name>.+)$/, 'lxc'],
];

/** cgroupfs driver of Docker: /docker/ID. */
const DOCKER_CGROUPFS = new RegExp(`^/docker/${ID}(?:/|$)`);
/** cgroupfs driver of Kubernetes, any runtime: /kubepods/[burstable/]podUID/ID. */
const KUBEPODS_CGROUPFS = new RegExp(`/pod(?<pod>[0-9a-f-]{36})/${ID}(?:/|$)`);
/** LXC before 4.0: /lxc/NAME. */
const OLD_LXC = /^\/lxc\/(?<name>[^/]+)/;
/** systemd driver of Kubernetes: dashes of the uid are underscores in the slice's name. */
const POD_SLICE = /-pod(?<pod>[0-9a-f_]{36})\.slice\//;

/** Container of a cgroup by its path (v2); `undefined` when it is of none. The innermost counts. */
export function containerOf(path: string): ContainerRef | undefined {
  const pod = POD_SLICE.exec(path)?.groups?.['pod']?.replaceAll('_', '-');
  for (const part of path.split('/').reverse()) {
    for (const [pattern, runtime] of PARTS) {
      const groups = pattern.exec(part)?.groups;
      if (groups !== undefined) return container(groups, runtime, pod);
    }
  }
  const docker = DOCKER_CGROUPFS.exec(path)?.groups;
  if (docker !== undefined) return container(docker, 'docker');
  const plain = KUBEPODS_CGROUPFS.exec(path)?.groups;
  if (plain !== undefined) return container(plain, undefined, plain['pod']);
  const lxc = OLD_LXC.exec(path)?.groups;
  return lxc === undefined ? undefined : container(lxc, 'lxc');
}

function container(
  { id, name }: Record<string, string | undefined>,
  runtime?: ContainerRef['runtime'],
  pod?: string,
): ContainerRef {
  return {
    ...(runtime === undefined ? {} : { runtime }),
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name: unescapeUnit(name) }),
    ...(pod === undefined ? {} : { pod }),
  };
}

/** systemd writes what a unit's name must not hold as \xHH, a dash as \x2d. */
function unescapeUnit(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
