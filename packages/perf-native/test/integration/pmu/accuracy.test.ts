import { describe, expect, it } from 'vitest';
import { skipUnless, type Requirement } from '@hftmon/testkit';
import { createProbeEnvironment } from '../../../src/capabilities/probe-environment.js';
import { CounterSampler } from '../../../src/counters/counter-sampler.js';
import { nativePmuKernel } from '../../../src/counters/native-pmu-kernel.js';
import { planCounters } from '../../../src/counters/plan.js';
import { nativeLibrary } from '../../../src/native/bindings.js';
import type { PmuMetric } from '../../../src/pmu/metric.js';
import { resolvePmu } from '../../../src/pmu/resolve.js';
import { totalsOf } from '../../support/counter-samples.js';
import { runProgram } from '../../support/program.js';

const LOOPS = 50_000_017;
/** Two instructions a round. */
const COUNTED_LOOP = `
#include <stdio.h>

int main(void)
{
	unsigned long n = ${LOOPS};

	puts("ready");
	fflush(stdout);
	getchar();
#if defined(__x86_64__)
	__asm__ volatile("1: dec %0\\n jnz 1b" : "+r"(n) : : "cc");
#else
	__asm__ volatile("1: subs %0, %0, #1\\n b.ne 1b" : "+r"(n) : : "cc");
#endif
	puts("done");
	fflush(stdout);
	getchar();
	return (int)n;
}
`;

const STEPS = 2_000_003;
/** Follows pointers through 128 MiB, one per cache line in random order: each step misses. */
const POINTER_CHASE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES (1ul << 21)

struct line {
	struct line *next;
	char rest[56];
};

int main(void)
{
	struct line *lines = aligned_alloc(64, LINES * sizeof(*lines)), *at = lines;
	unsigned long *order = malloc(LINES * sizeof(*order)), seed = 1;

	for (unsigned long i = 0; i < LINES; i++)
		order[i] = i;
	for (unsigned long i = LINES - 1; i > 0; i--) {
		unsigned long j, swap = order[i];

		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		j = (seed >> 33) % (i + 1);
		order[i] = order[j];
		order[j] = swap;
	}
	for (unsigned long i = 0; i < LINES; i++)
		lines[order[i]].next = &lines[order[(i + 1) % LINES]];
	puts("ready");
	fflush(stdout);
	getchar();
	for (long i = 0; i < ${STEPS}; i++) {
		at = at->next;
		__asm__ volatile("" : "+r"(at));
	}
	puts("done");
	fflush(stdout);
	getchar();
	return at == NULL;
}
`;

const environment = createProbeEnvironment();

/** The PMU of this host counts a metric. */
const counts =
  (metric: PmuMetric): Requirement =>
  () => {
    const { support } = resolvePmu(environment, nativePmuKernel()).metrics.get(metric)!;
    return support.ok ? undefined : `${metric}: ${support.reason}`;
  };

/** What a metric grew by, in user space, while a program did its work. */
async function growth(metric: PmuMetric, name: string, source: string): Promise<number> {
  const kernel = nativePmuKernel();
  const plan = planCounters(resolvePmu(environment, kernel), [metric], kernel);
  await using program = runProgram(name, source);
  expect(await program.line()).toBe('ready');
  using sampler = new CounterSampler({
    groups: plan.groups,
    intervalUs: 100_000,
    epochNs: nativeLibrary().monotonicNs(),
    excludeKernel: true,
  });
  expect(sampler.follow(program.pid)).toBe(true);
  program.write('\n');
  expect(await program.line()).toBe('done');
  // On a hybrid CPU each kind of core counts its part.
  return plan.groups.reduce((sum, _, group) => {
    const { values, enabledNs, runningNs } = totalsOf(sampler, program.pid, group);
    if (plan.groups.length === 1) expect(runningNs).toBe(enabledNs);
    return sum + values[0]!;
  }, 0);
}

describe('the counters of this CPU', () => {
  it('count the instructions of a loop', async (context) => {
    skipUnless(context, counts('instructions'));
    const instructions = await growth('instructions', 'counted-loop', COUNTED_LOOP);
    expect(instructions).toBeGreaterThanOrEqual(2 * LOOPS);
    expect(instructions).toBeLessThan(2 * LOOPS * 1.001);
  });

  for (const metric of ['l1d_misses', 'l2_misses'] as const) {
    it(`count the ${metric} of a pointer chase`, async (context) => {
      skipUnless(context, counts(metric));
      const misses = await growth(metric, 'pointer-chase', POINTER_CHASE);
      // A step may hit what an earlier page walk or prefetch of a neighbour line brought in.
      expect(misses).toBeGreaterThan(0.8 * STEPS);
      expect(misses).toBeLessThan(1.5 * STEPS);
    });
  }
});
