/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Threads that load and store words of one cache line. Layouts:
 *
 *   false   each thread its own word of `shared_line`: they disturb each other for nothing
 *   true    all the same word of `shared_line`: they really share
 *   mixed   each its own word of `shared_line`, and one word that all use
 *   padded  each its own word of `padded_lines`, two lines apart: nobody is disturbed
 *
 * An iteration is one load and one store of a word, or only one of them for a thread that only
 * reads; two words in a mixed layout. Only the threads that are reported touch the lines.
 */
#include <stdalign.h>
#include <string.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define MOST_THREADS 4
#define LINE 64
#define APART (2 * LINE)	/* the prefetcher pulls lines in pairs */
#define BETWEEN_WORDS 16
#define COMMON_WORD 56
#define CHUNK 1024l		/* iterations between two looks at the stop flag */

alignas(APART) uint64_t shared_line[APART / sizeof(uint64_t)];
alignas(APART) uint64_t padded_lines[MOST_THREADS * APART / sizeof(uint64_t)];

static struct latch ready, gate = { 1 }, finished;
static alignas(APART) int stop;
static alignas(APART) const char *layout;
static int count, writers;
static long limit;

static struct worker {
	alignas(APART) volatile uint64_t *own, *common; /* common: NULL unless mixed */
	int cpu, writes;
	pid_t tid;
	long iterations;
	uint64_t start_ns, end_ns;
} workers[MOST_THREADS];

/* The empty asm keeps the load, the addition and the store instructions of their own. */
static inline void load_and_store(volatile uint64_t *word)
{
	uint64_t value = *word;

	__asm__ volatile("" : "+r"(value));
	*word = value + 1;
}

__attribute__((noinline, noclone)) void sharing_update(volatile uint64_t *own, long iterations)
{
	while (iterations--)
		load_and_store(own);
}

__attribute__((noinline, noclone)) void sharing_update_mixed(volatile uint64_t *own,
							     volatile uint64_t *common,
							     long iterations)
{
	while (iterations--) {
		load_and_store(own);
		load_and_store(common);
	}
}

__attribute__((noinline, noclone)) void sharing_read(volatile uint64_t *own, long iterations)
{
	while (iterations--)
		(void)*own;
}

static void iterate(struct worker *self, long iterations)
{
	if (!self->writes)
		sharing_read(self->own, iterations);
	else if (self->common)
		sharing_update_mixed(self->own, self->common, iterations);
	else
		sharing_update(self->own, iterations);
	self->iterations += iterations;
}

static void *work(void *argument)
{
	struct worker *self = argument;

	self->tid = thread__tid();
	thread__pin(self->cpu);
	latch__arrive(&ready);
	latch__wait(&gate);
	self->start_ns = clock__now_ns();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		long left = limit - self->iterations;

		if (limit && !left)
			break;
		iterate(self, limit && left < CHUNK ? left : CHUNK);
	}
	self->end_ns = clock__now_ns();
	latch__arrive(&finished);
	thread__park();
}

static void place(struct worker *worker, int i)
{
	char *base = (char *)shared_line;
	size_t offset = (size_t)i * BETWEEN_WORDS;

	if (!strcmp(layout, "padded")) {
		base = (char *)padded_lines;
		offset = (size_t)i * APART;
	} else if (!strcmp(layout, "true")) {
		offset = 0;
	}
	worker->own = (volatile uint64_t *)(base + offset);
	if (!strcmp(layout, "mixed"))
		worker->common = (volatile uint64_t *)(base + COMMON_WORD);
	worker->writes = i < writers;
}

static void report_threads(int finished_too)
{
	report__open_list("threads");
	for (int i = 0; i < count; i++) {
		const struct worker *w = &workers[i];

		report__open_object(NULL);
		report__number("tid", w->tid);
		report__number("cpu", w->cpu);
		report__address("address", (const void *)w->own);
		if (w->common)
			report__address("commonAddress", (const void *)w->common);
		report__flag("writes", w->writes);
		if (finished_too) {
			report__number("iterations", w->iterations);
			report__number("startNs", (int64_t)w->start_ns);
			report__number("endNs", (int64_t)w->end_ns);
		}
		report__close_object();
	}
	report__close_list();
}

static void report_place(void)
{
	int padded = !strcmp(layout, "padded");

	report__text("layout", layout);
	report__text("symbol", padded ? "padded_lines" : "shared_line");
	report__address("line", padded ? padded_lines : shared_line);
}

/* The ready line of every workload, with the addresses. */
static void say_ready(const pid_t *tids)
{
	thread__await_asleep(tids, count);
	report__open();
	report__flag("ready", 1);
	report__number("pid", getpid());
	report__open_list("tids");
	for (int i = 0; i < count; i++)
		report__number(NULL, tids[i]);
	report__close_list();
	report_place();
	report_threads(0);
	report__close();
	workload__await("go");
}

int main(int argc, char **argv)
{
	struct options options =
		options__parse(argc, argv, "layout threads writers iterations duration-ms cpu "
					   "other-cpu");
	int cpus[2];
	long duration_ms;
	pthread_t threads[MOST_THREADS];
	pid_t tids[MOST_THREADS];

	workload__begin(&options);
	layout = options__word(&options, "layout", "false", "false|true|mixed|padded");
	count = (int)options__number(&options, "threads", 2, 1, MOST_THREADS);
	writers = (int)options__number(&options, "writers", count, 0, count);
	if (!strcmp(layout, "mixed") && writers < count)
		workload__fail("in a mixed layout every thread writes");
	limit = options__number(&options, "iterations", 0, 0, 1000000000000);
	duration_ms = options__number(&options, "duration-ms", 0, 0, 3600000);
	cpus[0] = options__cpu(&options, "cpu", thread__other_cpu(-1));
	cpus[1] = options__cpu(&options, "other-cpu", thread__other_cpu(cpus[0]));
	ready.count = finished.count = (uint32_t)count;
	for (int i = 0; i < count; i++) {
		workers[i].cpu = cpus[i % 2];
		place(&workers[i], i);
		thread__start(&threads[i], work, &workers[i]);
	}
	latch__wait(&ready);
	for (int i = 0; i < count; i++)
		tids[i] = workers[i].tid;
	say_ready(tids);

	latch__arrive(&gate);
	workload__running();
	if (duration_ms)
		clock__sleep_ns((uint64_t)duration_ms * NS_PER_MS);
	else if (!limit)
		workload__await("stop");
	if (!limit)
		__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	latch__wait(&finished);

	thread__await_asleep(tids, count);
	report__begin("sharing");
	report_place();
	report_threads(1);
	report__close();
	workload__rest();
}
