import { readFileSync } from 'node:fs';
import { FakeRoots } from '../fakes/fake-roots.js';
import { parseHostTree, type HostTree } from './host-tree.js';
import { tracepointBtf } from './tracepoint-btf.js';

/** Hosts that `fixtures/hosts` describes. */
export const HOST_NAMES = [
  'icelake-2s',
  'zen4-nps2',
  'neoverse-n1',
  'vm-no-pmu',
  'alderlake-hybrid',
] as const;

export type HostName = (typeof HOST_NAMES)[number];

/** The process that every described host has: a few threads, with their books. */
export const HOST_PROCESS = 4242;

/** What is known of a host, without making files of it. */
export function describeHost(name: HostName): HostTree {
  const file = new URL(`../../fixtures/hosts/${name}.host`, import.meta.url);
  return parseHostTree(readFileSync(file, 'utf8'));
}

/** Writes the `/proc` and `/sys` of a host to a temporary directory; dispose of it after use. */
export function loadHost(name: HostName): FakeRoots {
  const { entries } = describeHost(name);
  const roots = new FakeRoots();
  for (const { type, path, text } of entries) {
    if (type === 'file') roots.write(path, text);
    else if (type === 'directory') roots.directory(path);
    else if (type === 'link') roots.link(path, text);
    else roots.write(path, tracepointBtf(text.split(/\s+/).filter((tracepoint) => tracepoint)));
  }
  return roots;
}
