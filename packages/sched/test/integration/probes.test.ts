import { expect, it } from 'vitest';
import { listBpfFds, listBpfPrograms, needs, skipUnless, spawnSleeper } from '@hftmon/testkit';
import { Monitor } from '../support/monitor.js';

/** Names of the programs that this process holds, as far as the kernel keeps them. */
function loadedPrograms(): string[] {
  const held = listBpfFds(process.pid).filter(({ type }) => type === 'prog');
  const ids = new Set(held.map(({ id }) => id));
  return listBpfPrograms()
    .filter(({ id }) => ids.has(id))
    .map(({ name }) => name.slice(0, 15))
    .sort();
}

it('the collector alone brings its own probes, and takes them away again', async (context) => {
  skipUnless(context, needs.bpf, needs.root, needs.tool('bpftool'));
  await using target = await spawnSleeper({ count: 1 });
  const before = loadedPrograms();
  const monitor = new Monitor([target.pid]);
  const names = ['exec', 'fork', 'migrate', 'pi', 'rename', 'switch', 'wake'];
  expect(loadedPrograms()).toEqual(names.map((name) => `hftmon_${name}`));
  monitor.session.close();
  expect(loadedPrograms()).toEqual(before);
});
