import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listBpfFds, listBpfPrograms, needs, skipUnless, spawnSleeper } from '@hftmon/testkit';
import { InstalledPackages } from '../support/installed-packages.js';

/** What every session with kernel events needs: see perf-native's `groups.c`. */
const ALWAYS = ['exec', 'fork', 'rename', 'switch', 'wake'];
const VECTORS = ['call_function', 'call_function_single', 'irq_work', 'local_timer', 'reschedule'];
const INTERRUPTS = [
  'irq_entry',
  'irq_exit',
  'softirq_entry',
  'softirq_exit',
  'softirq_raise',
  'nmi',
  ...VECTORS.flatMap((name) => [`${name}_entry`, `${name}_exit`]),
  'csd_function_entry',
  'csd_queue_cpu',
  'ipi_send_cpu',
];
/** Of the parts that the collector looks at by default. */
const INTERRUPT_PARTS = [
  'napi_poll',
  'block_complete',
  'work_queued',
  'work_start',
  'work_end',
  'tick_stop',
  'tlb_flush',
];

const COLLECTORS: readonly (readonly [string, string, readonly string[]])[] = [
  ['ctxsw', 'createContextSwitchCollector', [...ALWAYS, 'migrate']],
  ['irq', 'createInterruptCollector', [...ALWAYS, 'migrate', ...INTERRUPTS, ...INTERRUPT_PARTS]],
  ['sched', 'createSchedulingCollector', [...ALWAYS, 'migrate', 'pi']],
  ['cache', 'createCacheCollector', []],
  ['numa', 'createNumaCollector', []],
];

/** Names as the kernel itself keeps them: bpftool may complete them from BTF. */
const kept = (name: string) => `hftmon_${name}`.slice(0, 15);

describe('a deployment with one collector', () => {
  let installed: InstalledPackages;

  beforeAll(() => {
    installed = new InstalledPackages(['core', 'perf-native', ...COLLECTORS.map(([name]) => name)]);
  });
  afterAll(() => installed[Symbol.dispose]());
  beforeEach((context) => skipUnless(context, needs.bpf, needs.root, needs.tool('bpftool')));

  it.each(COLLECTORS)('%s loads its own programs alone', async (name, factory, programs) => {
    const script = installed.script(join(import.meta.dirname, 'fixtures', 'one-collector.mjs'));
    await using target = await spawnSleeper({ count: 101, sleepUs: 1000 });
    const args = [script, `@hftmon/${name}`, factory, String(target.pid)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const said = async () => JSON.parse((await lines.next()).value as string) as object;
    try {
      expect(await said()).toEqual({ state: 'open' });
      expect(programsOf(child.pid!)).toEqual(programs.map(kept).sort());
      await target.go();
      child.stdin.write('end\n');
      expect(await said()).toMatchObject({
        state: 'closed',
        metrics: expect.anything() as unknown,
      });
      await once(child, 'exit');
      expect(child.exitCode).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

function programsOf(pid: number): string[] {
  const fds = listBpfFds(pid).filter(({ type }) => type === 'prog');
  const ids = new Set(fds.map(({ id }) => id));
  return listBpfPrograms()
    .filter(({ id }) => ids.has(id))
    .map(({ name }) => name.slice(0, 15))
    .sort();
}
