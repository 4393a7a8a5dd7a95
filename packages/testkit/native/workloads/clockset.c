/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The main thread sleeps by CLOCK_TAI, with 1 ns of slack: some times until a time that comes, then
 * until one that another thread sets the clock past. The other clocks stay as they are, and this one,
 * by which hardly anybody sleeps, is put back as soon as the main thread is awake.
 */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/timex.h>

#include "handshake.h"
#include "latch.h"
#include "report.h"
#include "thread.h"

#define SLEEP_NS (2 * NS_PER_MS)
/* Later than anything else that happens here; and beyond that. */
#define AWAY_S 20
#define STEP_S 60

static struct latch ready = { 1 }, begun = { 1 }, woken = { 1 };
static pid_t tid, setter_tid;
static uint64_t asleep_ns, set_ns;
static int offset_s;

static void set_offset(int seconds)
{
	struct timex time = { .modes = ADJ_TAI, .constant = seconds };

	if (adjtimex(&time) < 0)
		workload__fail("cannot set CLOCK_TAI: %s", strerror(errno));
}

static int read_offset(void)
{
	struct timex time = { 0 };

	adjtimex(&time);
	return time.tai;
}

static void sleep_until_tai(uint64_t deadline_ns)
{
	struct timespec t = { (time_t)(deadline_ns / NS_PER_S), (long)(deadline_ns % NS_PER_S) };

	while (clock_nanosleep(CLOCK_TAI, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void *set_clock(void *unused)
{
	(void)unused;
	setter_tid = thread__tid();
	latch__arrive(&ready);
	latch__wait(&begun);
	clock__sleep_ns(asleep_ns);
	set_ns = clock__now_ns();
	set_offset(offset_s + STEP_S);
	latch__wait(&woken);
	set_offset(offset_s);
	thread__park();
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count asleep-ms cpu");
	struct interval slept;
	uint64_t deadline_ns;
	pthread_t thread;
	pid_t tids[2];
	long count;

	workload__begin(&options);
	tid = thread__tid();
	count = options__number(&options, "count", 23, 0, 10000);
	asleep_ns = (uint64_t)options__number(&options, "asleep-ms", 200, 1, 10000) * NS_PER_MS;
	offset_s = read_offset();
	/* To fail now, if it may not be set. */
	set_offset(offset_s);
	prctl(PR_SET_TIMERSLACK, 1);
	thread__start(&thread, set_clock, NULL);
	thread__pin(options__cpu(&options, "cpu", -1));
	latch__wait(&ready);
	tids[0] = tid;
	tids[1] = setter_tid;
	workload__ready(tids, 2);

	for (long i = 0; i < count; i++)
		sleep_until_tai(clock__read(CLOCK_TAI) + SLEEP_NS);
	deadline_ns = clock__read(CLOCK_TAI) + AWAY_S * NS_PER_S;
	latch__arrive(&begun);
	slept.start_ns = clock__now_ns();
	sleep_until_tai(deadline_ns);
	slept.end_ns = clock__now_ns();
	latch__arrive(&woken);

	thread__await_asleep(tids, 2);
	report__begin("clockset");
	report__number("tid", tid);
	report__number("count", count);
	report__number("setNs", (int64_t)set_ns);
	report__open_object("slept");
	report__number("startNs", (int64_t)slept.start_ns);
	report__number("endNs", (int64_t)slept.end_ns);
	report__close_object();
	report__close();
	workload__rest();
}
