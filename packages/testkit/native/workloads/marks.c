/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Threads that mark their work with hftmon_marker.h. Every thread notes what its own clock said
 * right outside and right inside of each span: the span's length lies between the two.
 */
#include <stdio.h>
#include <string.h>

#include "../../../marker/include/hftmon_marker.h"
#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define MOST_NOTED 4096
#define MOST_NAMES 4000

struct worker {
	pthread_t thread;
	pid_t tid;
	uint64_t first_id;
	struct interval *outer, *inner;
};

static hftmon_marker_name outside = HFTMON_MARKER_NAME("outside");
static hftmon_marker_name inside = HFTMON_MARKER_NAME("inside");
static hftmon_marker_name moment = HFTMON_MARKER_NAME("moment");
static hftmon_marker_name flood = HFTMON_MARKER_NAME("flood");

static const char *mode;
static long spans, per_ms;
static uint64_t span_ns;
static int cpu;
static struct latch ready, go = { 1 };

static int is(const char *name)
{
	return strcmp(mode, name) == 0;
}

/* One span, with what the clock says around it. */
static void mark_plain(struct worker *w, long i)
{
	uint64_t id = w->first_id + (uint64_t)i;
	struct interval outer, inner;

	outer.start_ns = clock__now_ns();
	hftmon_marker_begin(&outside, id);
	inner.start_ns = clock__now_ns();
	if (span_ns)
		clock__spin_until(inner.start_ns + span_ns);
	inner.end_ns = clock__now_ns();
	hftmon_marker_end_value(&outside, id, (double)i / 2);
	outer.end_ns = clock__now_ns();
	if (i < MOST_NOTED) {
		w->outer[i] = outer;
		w->inner[i] = inner;
	}
}

static void mark_one(struct worker *w, long i)
{
	uint64_t id = w->first_id + (uint64_t)i;

	if (is("plain")) {
		mark_plain(w, i);
	} else if (is("flood")) {
		hftmon_marker_begin(&flood, id);
		hftmon_marker_end(&flood, id);
	} else if (is("nested")) {
		hftmon_marker_begin(&outside, id);
		hftmon_marker_begin(&inside, id);
		hftmon_marker_instant(&moment, id, 1.5);
		hftmon_marker_end(&inside, 0);
		hftmon_marker_end(&outside, 0);
	} else if (is("overlapping")) {
		hftmon_marker_begin(&outside, id);
		hftmon_marker_begin(&inside, id);
		hftmon_marker_end(&outside, id);
		hftmon_marker_end(&inside, id);
	} else if (is("ends")) {
		hftmon_marker_end(&outside, id);
	} else if (is("begins")) {
		hftmon_marker_begin(&outside, id);
	}
}

static void *work(void *argument)
{
	struct worker *w = argument;
	uint64_t start_ns;

	w->tid = thread__tid();
	thread__pin(cpu);
	if (hftmon_marker_prepare())
		workload__fail("no ring: %s", strerror(errno));
	latch__arrive(&ready);
	latch__wait(&go);
	start_ns = clock__now_ns();
	for (long i = 0; i < spans; i++) {
		if (per_ms && i % per_ms == 0)
			clock__spin_until(start_ns + (uint64_t)(i / per_ms) * NS_PER_MS);
		mark_one(w, i);
	}
	return NULL;
}

/* Thousands of names, all of them used once. */
static void mark_names(void)
{
	static hftmon_marker_name names[MOST_NAMES];
	static char texts[MOST_NAMES][16];

	for (long i = 0; i < spans && i < MOST_NAMES; i++) {
		snprintf(texts[i], sizeof(texts[i]), "name-%ld", i);
		names[i].text = texts[i];
		hftmon_marker_begin(&names[i], 0);
		hftmon_marker_end(&names[i], 0);
	}
}

/* A child marks under its parent's names; it must get an area of its own. */
static pid_t mark_in_child(void)
{
	pid_t child = fork();

	if (child)
		return child;
	hftmon_marker_begin(&outside, 1);
	hftmon_marker_end(&outside, 1);
	for (;;)
		pause();
}

static void report_worker(const struct worker *w)
{
	size_t noted = (size_t)(spans < MOST_NOTED ? spans : MOST_NOTED);

	report__open_object(NULL);
	report__number("tid", w->tid);
	report__number("firstId", (int64_t)w->first_id);
	report__intervals("outer", w->outer, is("plain") ? noted : 0);
	report__intervals("inner", w->inner, is("plain") ? noted : 0);
	report__close_object();
}

int main(int argc, char **argv)
{
	struct options options =
		options__parse(argc, argv, "mode threads spans span-us per-ms ring-marks ring-threads cpu");
	struct hftmon_marker_options rings = { 0 };
	struct worker *workers;
	pid_t *tids, child = 0;
	long threads;
	struct interval time;

	workload__begin(&options);
	mode = options__word(&options, "mode", "plain",
			     "plain|flood|nested|overlapping|ends|begins|names|fork");
	threads = options__number(&options, "threads", 1, 1, 64);
	spans = options__number(&options, "spans", 101, 1, 100000000);
	per_ms = options__number(&options, "per-ms", 0, 0, 1000000);
	span_ns = (uint64_t)options__number(&options, "span-us", 0, 0, 1000000) * NS_PER_US;
	rings.marks = (uint32_t)options__number(&options, "ring-marks", 0, 0, 1 << 20);
	rings.threads = (uint32_t)options__number(&options, "ring-threads", 0, 0, 4096);
	cpu = options__cpu(&options, "cpu", -1);
	if (hftmon_marker_init(&rings) || hftmon_marker_prepare())
		workload__fail("no marks: %s", strerror(errno));
	workers = memory__populated((size_t)threads * sizeof(*workers));
	tids = memory__populated((size_t)threads * sizeof(*tids));
	ready.count = (uint32_t)threads;
	for (long i = 0; i < threads; i++) {
		workers[i].first_id = (uint64_t)i * 1000000000 + 1;
		workers[i].outer = memory__populated(MOST_NOTED * sizeof(struct interval));
		workers[i].inner = memory__populated(MOST_NOTED * sizeof(struct interval));
		thread__start(&workers[i].thread, work, &workers[i]);
	}
	latch__wait(&ready);
	for (long i = 0; i < threads; i++)
		tids[i] = workers[i].tid;
	workload__ready(tids, (int)threads);

	time.start_ns = clock__now_ns();
	if (is("names"))
		mark_names();
	if (is("fork"))
		child = mark_in_child();
	latch__arrive(&go);
	for (long i = 0; i < threads; i++)
		pthread_join(workers[i].thread, NULL);
	time.end_ns = clock__now_ns();

	report__begin("marks");
	report__number("spans", spans);
	report__number("tid", thread__tid());
	report__number("child", child);
	report__number("clock", (int64_t)hftmon_marker_state_.local->clock);
	report__number("durationNs", (int64_t)(time.end_ns - time.start_ns));
	report__open_list("workers");
	for (long i = 0; i < threads; i++)
		report_worker(&workers[i]);
	report__close_list();
	report__close();
	workload__rest();
}
