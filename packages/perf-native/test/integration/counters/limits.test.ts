import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listFds, needs, skipUnless, spawnPingpong } from '@hftmon/testkit';
import type { CounterSampler } from '../../../src/counters/counter-sampler.js';
import { ThreadWatch } from '../../../src/proc/thread-watch.js';
import { runProgram } from '../../support/program.js';
import { SOFTWARE, readSamples, softwareSampler } from '../../support/counter-samples.js';

/** Threads that wait, as many as asked for; says when all are there. */
const MANY_THREADS = `
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *wait_for_end(void *unused)
{
	pause();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (int i = atoi(argv[argc - 1]); i > 0; i--)
		if (pthread_create(&thread, &attr, wait_for_end, NULL))
			return 1;
	puts("ready");
	fflush(stdout);
	getchar();
	return 0;
}
`;

/** Soft and hard. */
function openFilesLimits(): [soft: string, hard: string] {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits)!;
  return [soft!, hard!];
}

function setOpenFilesLimit(soft: string, hard: string): void {
  execFileSync('prlimit', ['--pid', `${process.pid}`, `--nofile=${soft}:${hard}`]);
}

/** Counts the threads of the processes that it is told to watch. */
function follow(sampler: CounterSampler): ThreadWatch {
  return new ThreadWatch({
    threadStarted: (tid) => void sampler.follow(tid),
    threadEnded: (tid) => sampler.unfollow(tid),
  });
}

describe('limits', () => {
  it('counts as many threads as it has slots, and says how many it does not', async () => {
    await using game = await spawnPingpong({ hops: 11 });
    using sampler = softwareSampler([SOFTWARE.dummy], { maxThreads: 1 });
    const [first, second] = game.tids as [number, number];
    expect(sampler.follow(first)).toBe(true);
    expect(sampler.follow(second)).toBe(false);
    expect(sampler.uncounted()).toEqual([
      {
        threads: 1,
        refusal: expect.objectContaining({
          ok: false,
          code: 'HFTMON_E_TOO_MANY_THREADS',
          reason: 'only 1 threads can be counted',
        }),
      },
    ]);
    // There is room now, so the one that waited is counted.
    sampler.unfollow(first);
    expect(sampler.uncounted()).toEqual([]);
    sampler.flush();
    expect(readSamples(sampler).at(-1)!.tid).toBe(second);
  });

  it('counts 5000 threads', async () => {
    await using program = runProgram('many-threads', MANY_THREADS, ['4999']);
    expect(await program.line()).toBe('ready');
    using sampler = softwareSampler([SOFTWARE.contextSwitches, SOFTWARE.pageFaults], {
      maxThreads: 6000,
    });
    using watch = follow(sampler);
    watch.attach(program.pid);
    // Whatever the limit of open files, nobody is forgotten.
    const uncounted = sampler.uncounted().reduce((sum, { threads }) => sum + threads, 0);
    expect(sampler.counted + uncounted).toBe(5000);
    readSamples(sampler);
    sampler.flush();
    expect(new Set(readSamples(sampler).map(({ tid }) => tid)).size).toBe(sampler.counted);
    for (const { refusal } of sampler.uncounted()) {
      expect(refusal.code).toBe('HFTMON_E_FILES_EXHAUSTED');
    }
  });

  it('says how many threads it has no file descriptors for', async (context) => {
    skipUnless(context, needs.tool('prlimit'));
    await using program = runProgram('many-threads', MANY_THREADS, ['210']);
    expect(await program.line()).toBe('ready');
    const [soft, hard] = openFilesLimits();
    const sampler = softwareSampler([SOFTWARE.contextSwitches, SOFTWARE.dummy]);
    using watch = follow(sampler);
    setOpenFilesLimit('200', hard);
    try {
      watch.attach(program.pid);
      const uncounted = sampler.uncounted();
      expect(sampler.counted).toBeGreaterThan(0);
      expect(sampler.counted).toBeLessThan(100);
      expect(uncounted).toEqual([
        {
          threads: 211 - sampler.counted,
          refusal: expect.objectContaining({ code: 'HFTMON_E_FILES_EXHAUSTED' }),
        },
      ]);
      // The rest of the process keeps some.
      const events = [...listFds(process.pid)].filter(([, target]) =>
        target.includes('perf_event'),
      );
      expect(Math.max(...events.map(([fd]) => fd))).toBeLessThan(150);
      // What could not be opened whole is not open at all.
      sampler.flush();
      expect(new Set(readSamples(sampler).map(({ tid }) => tid)).size).toBe(sampler.counted);
    } finally {
      sampler.close();
      setOpenFilesLimit(soft, hard);
    }
  });

  it('raises the soft limit of open files while it counts', (context) => {
    skipUnless(context, needs.tool('prlimit'));
    const [soft, hard] = openFilesLimits();
    setOpenFilesLimit('1000', hard);
    try {
      const sampler = softwareSampler([SOFTWARE.dummy]);
      const other = softwareSampler([SOFTWARE.dummy]);
      expect(openFilesLimits()).toEqual([hard, hard]);
      sampler.close();
      expect(openFilesLimits()).toEqual([hard, hard]);
      other.close();
      expect(openFilesLimits()).toEqual(['1000', hard]);
    } finally {
      setOpenFilesLimit(soft, hard);
    }
  });
});
