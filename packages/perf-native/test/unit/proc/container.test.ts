import { describe, expect, it } from 'vitest';
import type { ContainerRef } from '@hftmon/core';
import { containerOf } from '../../../src/proc/container.js';

const ID = '3f4a8c0d1e2b5a697887960514233241505f6e7d8c9bab0a1928374655647382';
const POD = '6b1f0c5e-9f0c-4d0e-8a3b-2c1d0e9f8a7b';
const SLICE = `kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice`;

/* Paths as the runtimes write them, from their documentation. */
describe('the container of a cgroup', () => {
  it.each<[string, ContainerRef]>([
    [`/system.slice/docker-${ID}.scope`, { runtime: 'docker', id: ID }],
    [`/docker/${ID}`, { runtime: 'docker', id: ID }],
    [`/docker/${ID}/init`, { runtime: 'docker', id: ID }],
    [`/system.slice/nerdctl-${ID}.scope`, { runtime: 'containerd', id: ID }],
    [
      `/kubepods.slice/kubepods-burstable.slice/${SLICE}/cri-containerd-${ID}.scope`,
      { runtime: 'containerd', id: ID, pod: POD },
    ],
    [
      `/kubepods.slice/kubepods-burstable.slice/${SLICE}/crio-${ID}.scope`,
      { runtime: 'cri-o', id: ID, pod: POD },
    ],
    [`/kubepods/burstable/pod${POD}/${ID}`, { id: ID, pod: POD }],
    [`/kubepods/pod${POD}/${ID}/sub`, { id: ID, pod: POD }],
    [`/machine.slice/libpod-${ID}.scope/container`, { runtime: 'podman', id: ID }],
    [
      `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`,
      { runtime: 'podman', id: ID },
    ],
    [
      '/machine.slice/systemd-nspawn@feed\\x2dhandler.service/payload',
      { runtime: 'systemd-nspawn', name: 'feed-handler' },
    ],
    ['/machine.slice/machine-feed.scope', { runtime: 'systemd-nspawn', name: 'feed' }],
    ['/lxc.payload.feed/system.slice', { runtime: 'lxc', name: 'feed' }],
    ['/lxc/feed/user.slice', { runtime: 'lxc', name: 'feed' }],
    [
      `/lxc.payload.outer/system.slice/docker-${ID}.scope`,
      { runtime: 'docker', id: ID }, // the innermost
    ],
  ])('%s', (path, expected) => expect(containerOf(path)).toEqual(expected));

  it.each([
    '/',
    '/system.slice/ssh.service',
    '/user.slice/user-0.slice/session-1.scope',
    '/system.slice/docker.service',
    '/lxc.monitor.feed',
    `/system.slice/docker-${ID.slice(1)}.scope`,
    '/kubepods.slice',
  ])('%s is of none', (path) => expect(containerOf(path)).toBeUndefined());
});
