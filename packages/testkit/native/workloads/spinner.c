/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Busy-polls the clock on one CPU, as a trading loop does, and notes every gap between two
 * readings: what the target itself saw of each disturbance, independent of the monitor.
 */
#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

static struct latch ready = { 1 }, gate = { 1 }, finished = { 1 };
static int cpu, stop;
static pid_t tid;
static uint64_t threshold_ns, limit_ns;
static struct interval *gaps;
static long capacity, seen; /* gaps found; those beyond the capacity are counted, not kept */
static uint64_t iterations, start_ns, end_ns;
static struct usage usage;

static void *spin(void *unused)
{
	struct usage before;
	uint64_t last, now;

	(void)unused;
	tid = thread__tid();
	thread__pin(cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	before = usage__of_thread();
	start_ns = last = clock__now_ns();
	do {
		now = clock__now_ns();
		iterations++;
		if (now - last > threshold_ns) {
			if (seen < capacity)
				gaps[seen] = (struct interval){ last, now };
			seen++;
		}
		last = now;
	} while (!__atomic_load_n(&stop, __ATOMIC_RELAXED) && now - start_ns < limit_ns);
	end_ns = now;
	usage = usage__since(usage__of_thread(), before);
	latch__arrive(&finished);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "cpu gap-us max-gaps duration-ms");
	long duration_ms;
	pthread_t thread;

	workload__begin(&options);
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	threshold_ns = (uint64_t)options__number(&options, "gap-us", 20, 0, 1000000) * NS_PER_US;
	capacity = options__number(&options, "max-gaps", 65536, 1, 4194304);
	duration_ms = options__number(&options, "duration-ms", 0, 0, 3600000);
	limit_ns = (duration_ms ? (uint64_t)duration_ms : 3600000ull) * NS_PER_MS;
	gaps = memory__populated((size_t)capacity * sizeof(*gaps));

	thread__start(&thread, spin, NULL);
	thread__avoid(cpu);
	latch__wait(&ready);
	workload__ready(&tid, 1);

	latch__arrive(&gate);
	workload__running();
	if (!duration_ms) {
		workload__await("stop");
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	}
	latch__wait(&finished);

	thread__await_asleep(&tid, 1);
	report__begin("spinner");
	report__number("cpu", cpu);
	report__number("tid", tid);
	report__number("thresholdNs", (int64_t)threshold_ns);
	report__number("iterations", (int64_t)iterations);
	report__number("startNs", (int64_t)start_ns);
	report__number("endNs", (int64_t)end_ns);
	report__number("gapCount", seen);
	report__intervals("gaps", gaps, (size_t)(seen < capacity ? seen : capacity));
	usage__report("usage", usage);
	report__close();
	workload__rest();
}
