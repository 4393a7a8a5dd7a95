/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * A program that knows nothing of hftmon: functions for span probes, and two static probes. Every
 * thread notes what its own clock said right outside and right inside of each call: the span's
 * length lies between the two.
 */
#include <setjmp.h>
#include <string.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "static_probe.h"
#include "thread.h"

#define MOST_NOTED 4096
#define FUNCTION __attribute__((noinline, noclone, visibility("default")))

struct worker {
	pthread_t thread;
	pid_t tid;
	struct interval *outer, *inner;
};

static const char *mode;
static long calls, depth;
static uint64_t call_ns;
static struct latch ready, go = { 1 }, inside;
static _Thread_local jmp_buf back;
static _Thread_local volatile long result;

unsigned short probed_begin_semaphore __attribute__((section(".probes")));

static int is(const char *name)
{
	return strcmp(mode, name) == 0;
}

FUNCTION struct interval probed_work(uint64_t ns)
{
	struct interval time;

	time.start_ns = clock__now_ns();
	if (ns)
		clock__spin_until(time.start_ns + ns);
	time.end_ns = clock__now_ns();
	return time;
}

FUNCTION long probed_recursion(long levels)
{
	long below = levels ? probed_recursion(levels - 1) : 0;

	/* Something to do after the call keeps the compiler from making a loop of it. */
	__asm__ volatile("" ::: "memory");
	return below + levels;
}

FUNCTION void probed_jump(void)
{
	longjmp(back, 1);
}

FUNCTION void probed_rest(void)
{
	latch__arrive(&inside);
	thread__park();
}

static void jump_out(void)
{
	if (!setjmp(back))
		probed_jump();
}

static void static_span(long i)
{
	STATIC_PROBE_WITH_SEMAPHORE(hftmon_test, begin, probed_begin_semaphore);
	if (call_ns)
		clock__spin_until(clock__now_ns() + call_ns);
	STATIC_PROBE(hftmon_test, end);
	/* A second place of the same probe, as an inlined function has. */
	if (i % 2) {
		STATIC_PROBE_WITH_SEMAPHORE(hftmon_test, begin, probed_begin_semaphore);
		STATIC_PROBE(hftmon_test, end);
	}
}

static void call_one(struct worker *w, long i)
{
	struct interval outer, inner;

	if (is("recursion")) {
		result = probed_recursion(depth);
	} else if (is("jump")) {
		jump_out();
		probed_work(0);
	} else if (is("static")) {
		static_span(i);
	} else {
		outer.start_ns = clock__now_ns();
		inner = probed_work(call_ns);
		outer.end_ns = clock__now_ns();
		if (i < MOST_NOTED) {
			w->outer[i] = outer;
			w->inner[i] = inner;
		}
	}
}

static void *work(void *argument)
{
	struct worker *w = argument;

	w->tid = thread__tid();
	latch__arrive(&ready);
	latch__wait(&go);
	for (long i = 0; i < calls; i++)
		call_one(w, i);
	if (is("rest"))
		probed_rest();
	return NULL;
}

static void report_worker(const struct worker *w)
{
	size_t noted = (size_t)(calls < MOST_NOTED ? calls : MOST_NOTED);
	int timed = is("plain") || is("rest");

	report__open_object(NULL);
	report__number("tid", w->tid);
	report__intervals("outer", w->outer, timed ? noted : 0);
	report__intervals("inner", w->inner, timed ? noted : 0);
	report__close_object();
}

/* The instruction that a function begins with, as it is now. */
static unsigned first_instruction(void)
{
	unsigned char bytes[4];

	memcpy(bytes, (const void *)(uintptr_t)probed_work, sizeof(bytes));
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (unsigned)bytes[3] << 24;
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "mode threads calls call-us depth");
	unsigned original = first_instruction(), before, semaphore;
	struct worker *workers;
	struct interval time;
	pid_t *tids;
	long threads;

	workload__begin(&options);
	mode = options__word(&options, "mode", "plain", "plain|recursion|jump|static|rest");
	threads = options__number(&options, "threads", 1, 1, 64);
	calls = options__number(&options, "calls", 101, 0, 100000000);
	call_ns = (uint64_t)options__number(&options, "call-us", 0, 0, 1000000) * NS_PER_US;
	depth = options__number(&options, "depth", 5, 0, 10000);
	workers = memory__populated((size_t)threads * sizeof(*workers));
	tids = memory__populated((size_t)threads * sizeof(*tids));
	ready.count = inside.count = (uint32_t)threads;
	for (long i = 0; i < threads; i++) {
		workers[i].outer = memory__populated(MOST_NOTED * sizeof(struct interval));
		workers[i].inner = memory__populated(MOST_NOTED * sizeof(struct interval));
		thread__start(&workers[i].thread, work, &workers[i]);
	}
	latch__wait(&ready);
	for (long i = 0; i < threads; i++)
		tids[i] = workers[i].tid;
	workload__ready(tids, (int)threads);

	before = first_instruction();
	semaphore = *(volatile unsigned short *)&probed_begin_semaphore;
	time.start_ns = clock__now_ns();
	latch__arrive(&go);
	if (is("rest"))
		latch__wait(&inside);
	for (long i = 0; i < threads && !is("rest"); i++)
		pthread_join(workers[i].thread, NULL);
	time.end_ns = clock__now_ns();

	report__begin("probed");
	report__number("calls", calls);
	report__flag("changed", before != original);
	report__number("semaphore", semaphore);
	report__number("durationNs", (int64_t)(time.end_ns - time.start_ns));
	report__open_list("workers");
	for (long i = 0; i < threads; i++)
		report_worker(&workers[i]);
	report__close_list();
	report__close();
	workload__rest();
}
