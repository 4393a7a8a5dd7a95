import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecordKind } from '@hftmon/core';
import { needs, skipUnless, spawnHog, spawnSpinner } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

const ID = '0123456789abcdef'.repeat(4);

/** Where the unified hierarchy is mounted. */
function unified(): string | undefined {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts.find((line) => line.split(' ')[2] === 'cgroup2')?.split(' ')[1];
}

/** A cgroup of its own, as Docker names them, which is removed when its process has ended. */
class Cgroup implements Disposable {
  readonly path = `/hftmon-test-${process.pid}/docker-${ID}.scope`;
  readonly #directory: string;

  constructor(mount: string) {
    this.#directory = join(mount, this.path);
    mkdirSync(this.#directory, { recursive: true });
  }

  add(pid: number): void {
    writeFileSync(join(this.#directory, 'cgroup.procs'), String(pid));
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#directory);
    rmdirSync(join(this.#directory, '..'));
  }
}

beforeEach((context) => skipUnless(context, needs.bpf, needs.root, needs.cpus(2)));

describe('the culprit', () => {
  it('is told with its cgroup and container', async (context) => {
    const mount = unified();
    context.skip(mount === undefined, 'no cgroup2 file system is mounted');
    using cgroup = new Cgroup(mount!);
    await using target = await spawnSpinner({ cpu: 1 });
    await using hog = await spawnHog({ cpu: 1, policy: 'fifo', count: 11 });
    cgroup.add(hog.pid);
    using monitor = new Monitor([target.pid], RecordKind.Switch);
    target.begin();
    await target.running();
    await hog.go();
    const { tid } = await target.stop();
    monitor.session.flush();
    const hits = monitor.collector
      .snapshot({ tid })
      .filter(({ switchedTo }) => switchedTo?.tid === hog.tids[0]);
    expect(hits.length).toBeGreaterThan(0);
    for (const { switchedTo } of hits) {
      expect(switchedTo).toEqual({
        tid: hog.tids[0],
        comm: 'hog',
        cgroup: cgroup.path,
        container: { runtime: 'docker', id: ID },
      });
    }
  });
});
