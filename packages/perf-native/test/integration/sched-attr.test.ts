import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { allowedCpus, awaitAsleep, needs, skipUnless } from '@hftmon/testkit';
import { AttributeReader, decodeAttributes } from '../../src/index.js';

const children: ChildProcess[] = [];

/** A sleeping process that was started by a tool of util-linux; the tool becomes it by exec. */
async function asleepUnder(...command: string[]): Promise<number> {
  const child = spawn(command[0]!, [...command.slice(1), 'sleep', '60'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  const { pid } = child;
  while (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'sleep') {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} failed`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await awaitAsleep(pid!);
  return pid!;
}

function read(...tids: number[]) {
  const reader = new AttributeReader();
  reader.tids.set(tids);
  const found = reader.read(tids.length);
  return { found, reader, list: tids.map((_, i) => reader.attributes(i)) };
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  }
});

describe('attributes of threads', () => {
  it('are those that chrt, nice and taskset set', async (context) => {
    skipUnless(context, needs.realtime, needs.tool('chrt'), needs.tool('taskset'));
    const cpu = allowedCpus().at(-1)!;
    const pids = [
      await asleepUnder('chrt', '-f', '7'),
      await asleepUnder('chrt', '-r', '-R', '3'),
      await asleepUnder('chrt', '-b', '0'),
      await asleepUnder('chrt', '-i', '0'),
      await asleepUnder('nice', '-n', '5'),
      await asleepUnder('taskset', '-c', String(cpu)),
    ];
    const { found, list } = read(...pids);
    expect(found).toBe(pids.length);
    const all = allowedCpus();
    const plain = { nice: 0, priority: 0, resetOnFork: false, affinity: all };
    expect(list).toEqual([
      { ...plain, policy: 1, priority: 7 },
      { ...plain, policy: 2, priority: 3, resetOnFork: true },
      { ...plain, policy: 3 },
      { ...plain, policy: 5 },
      { ...plain, policy: 0, nice: 5 },
      { ...plain, policy: 0, affinity: [cpu] },
    ]);
  });

  it('have the parameters of a deadline', async (context) => {
    skipUnless(context, needs.realtime, needs.tool('chrt'));
    const times = ['-T', '1000000', '-D', '5000000', '-P', '10000000'];
    const pid = await asleepUnder('chrt', '-d', ...times, '0').catch((error: Error) => {
      context.skip(`this host admits no SCHED_DEADLINE task (${error.message})`);
    });
    const { list } = read(pid!);
    expect(list[0]).toMatchObject({
      policy: 6,
      deadline: { runtimeNs: 1_000_000, deadlineNs: 5_000_000, periodNs: 10_000_000 },
    });
  });

  it('are absent for a thread that is gone, and for no thread', async () => {
    const pid = await asleepUnder('nice', '-n', '1');
    const child = children.at(-1)!;
    child.kill('SIGKILL');
    await once(child, 'close');
    const { found, reader, list } = read(pid, 0, process.pid);
    expect(found).toBe(1);
    expect([0, 1, 2].map((i) => reader.errorAt(i))).toEqual([3, 3, 0]);
    expect(list.slice(0, 2)).toEqual([undefined, undefined]);
    expect(list[2]?.affinity).toEqual(allowedCpus());
  });

  it('are compared with a copy, which decodes alike', () => {
    const { reader, list } = read(process.pid, process.pid);
    const kept = new Uint32Array(AttributeReader.entryWords);
    expect(reader.isSame(0, kept)).toBe(false);
    reader.copy(0, kept);
    expect(reader.isSame(1, kept)).toBe(true);
    expect(decodeAttributes(kept)).toEqual(list[0]);
    kept[AttributeReader.entryWords - 1]! ^= 1;
    expect(reader.isSame(1, kept)).toBe(false);
  });
});
