import { describe, expect, it } from 'vitest';
import { FakeRoots } from '@hftmon/testkit';
import { readCores, readLineBytes } from '../../../src/sharing/host-caches.js';

const CPU = 'sys/devices/system/cpu';
const LINE = `${CPU}/cpu0/cache/index0/coherency_line_size`;

function withFiles<T>(files: Readonly<Record<string, string>>, body: (roots: FakeRoots) => T): T {
  using roots = new FakeRoots();
  for (const [path, text] of Object.entries(files)) roots.write(path, text);
  return body(roots);
}

describe('the size of a cache line', () => {
  it.each([
    [{ [LINE]: '128\n', 'proc/cpuinfo': 'clflush size\t: 64\n' }, 128],
    [{ 'proc/cpuinfo': 'model\t: 1\nclflush size\t: 64\n' }, 64],
    [{ [LINE]: 'rubbish', 'proc/cpuinfo': 'clflush size\t: 48\n' }, undefined],
    [{}, undefined],
  ])('is what the host says: %o', (files, expected) => {
    expect(withFiles(files, (roots) => readLineBytes(roots.procRoot, roots.sysRoot))).toBe(
      expected,
    );
  });
});

describe('the cores', () => {
  it('are told by the lowest of their CPUs', () => {
    const files = {
      [`${CPU}/online`]: '0-3,5\n',
      [`${CPU}/cpu0/topology/thread_siblings_list`]: '0,2\n',
      [`${CPU}/cpu1/topology/thread_siblings_list`]: '1,3\n',
      [`${CPU}/cpu2/topology/thread_siblings_list`]: '0,2\n',
      [`${CPU}/cpu3/topology/thread_siblings_list`]: '1,3\n',
    };
    const cores = withFiles(files, ({ sysRoot }) => readCores(sysRoot));
    expect([...cores]).toEqual([0, 1, 0, 1, 4, 5]);
  });
});
