/* SPDX-License-Identifier: MIT */
/*
 * What the target does to itself when it is asked. Preparation and cleaning up are gaps of their
 * own in the log, since the target's clock stood still meanwhile too.
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096ul
#define FAULTS 1024
#define MAJOR_FAULTS 32
/* Far enough apart that neither read-ahead nor fault-around brings in the next one. */
#define STRIDE (256ul << 10)
#define FILE_BYTES (64ul << 20)
#define IO_BYTES (4ul << 20)
#define RANDOM_BYTES (1ul << 20)
#define HUGE (2ul << 20)
#define HUGE_COUNT 16ul
#define TIMER_FDS 16000
#define ARMING_NS (40 * NS_PER_MS)
/* Between two looks at the clock: each alone would fill the log. */
#define ARMED_AT_ONCE 32
#define WARMUP_NS (200 * NS_PER_US)

static char *fault_area, *file_area, *huge_area;
static unsigned long next_stride, next_block;
static int file_fd = -1, timers[TIMER_FDS], timer_count;
static char random_bytes[RANDOM_BYTES];
static char block[IO_BYTES] __attribute__((aligned(4096)));

static uint64_t own_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void *map(size_t bytes, int advice)
{
	char *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		fail("no memory: %s", strerror(errno));
	madvise(area, bytes, advice);
	return area;
}

static void open_file(void)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/hftmon-selftest-XXXXXX", stage->directory);
	file_fd = mkostemp(path, O_CLOEXEC);
	if (file_fd < 0)
		fail("cannot make a file in %s: %s", stage->directory, strerror(errno));
	unlink(path);
	memset(block, 0x5a, sizeof(block));
	for (unsigned long at = 0; at < FILE_BYTES; at += IO_BYTES)
		if (pwrite(file_fd, block, IO_BYTES, (off_t)at) != (ssize_t)IO_BYTES)
			fail("cannot fill a file in %s: %s", stage->directory, strerror(errno));
	fsync(file_fd);
}

static void open_timers(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	while (timer_count < TIMER_FDS) {
		int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

		if (fd < 0)
			break;
		timers[timer_count++] = fd;
	}
}

void requests__prepare(void)
{
	memset(random_bytes, 1, sizeof(random_bytes));
	open_file();
	open_timers();
}

static void prepare_areas(void)
{
	if (fault_area)
		return;
	/* Only now, for mlockall would have filled and held them. */
	file_area = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, file_fd, 0);
	if (file_area == MAP_FAILED)
		fail("cannot map a file: %s", strerror(errno));
	madvise(file_area, FILE_BYTES, MADV_RANDOM);
	fault_area = map(FAULTS * PAGE, MADV_NOHUGEPAGE);
	huge_area = map((HUGE_COUNT + 1) * HUGE, MADV_HUGEPAGE);
	huge_area = (char *)(((uintptr_t)huge_area + HUGE - 1) & ~(HUGE - 1));
}

static struct rusage usage(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage;
}

static void touch(void)
{
	for (unsigned long page = 0; page < FAULTS; page++)
		*(volatile char *)(fault_area + page * PAGE) = 1;
}

static void touch_file(void)
{
	for (int i = 0; i < MAJOR_FAULTS; i++) {
		unsigned long at = next_stride++ * STRIDE % FILE_BYTES;

		(void)*(volatile char *)(file_area + at);
	}
}

static void write_directly(void)
{
	off_t at = (off_t)(next_block++ * IO_BYTES % FILE_BYTES);

	if (pwrite(file_fd, block, IO_BYTES, at) < 0)
		fail("cannot write to the disk: %s", strerror(errno));
}

static void prepare(enum request request)
{
	prepare_areas();
	if (request == MAJOR_FAULT) {
		(void)!fcntl(file_fd, F_SETFL, 0);
		madvise(file_area, FILE_BYTES, MADV_DONTNEED);
		posix_fadvise(file_fd, 0, 0, POSIX_FADV_DONTNEED);
	} else if (request == DIRECT_IO) {
		(void)!fcntl(file_fd, F_SETFL, O_DIRECT);
	} else if (request == MINOR_FAULTS) {
		madvise(fault_area, FAULTS * PAGE, MADV_DONTNEED);
	} else if (request == HUGE_PAGES) {
		madvise(huge_area, HUGE_COUNT * HUGE, MADV_DONTNEED);
	} else if (request == TAKE_LOCK_STRONGLY) {
		set_realtime(0, STRONG_PRIORITY);
	}
}

static void act(enum request request)
{
	switch (request) {
	case MINOR_FAULTS:
		touch();
		break;
	case MAJOR_FAULT:
		touch_file();
		break;
	case HUGE_PAGES:
		for (unsigned long page = 0; page < HUGE_COUNT; page++)
			*(volatile char *)(huge_area + page * HUGE) = 1;
		break;
	case DIRECT_IO:
		write_directly();
		break;
	case LONG_CALL:
		(void)!getrandom(random_bytes, RANDOM_BYTES, 0);
		break;
	default:
		helper__take_lock();
	}
}

static int waits(enum request request)
{
	return request == DIRECT_IO || request == TAKE_LOCK || request == TAKE_LOCK_STRONGLY ||
	       request == MAJOR_FAULT;
}

/* Did it come about as it was meant? By the kernel's books, not by hftmon's. */
static int has_happened(enum request request, const struct rusage *before)
{
	struct rusage after = usage();

	if (request == MINOR_FAULTS)
		return after.ru_minflt - before->ru_minflt >= FAULTS;
	if (request == MAJOR_FAULT)
		return after.ru_majflt - before->ru_majflt >= MAJOR_FAULTS;
	if (waits(request))
		return after.ru_nvcsw > before->ru_nvcsw;
	if (request != HUGE_PAGES)
		return 1;
	/* Small pages in the middle would have to be faulted in by themselves. */
	for (unsigned long page = 0; page < HUGE_COUNT; page++)
		*(volatile char *)(huge_area + page * HUGE + HUGE / 2) = 1;
	return usage().ru_minflt == after.ru_minflt;
}

/* It was busy before, as a thread that polls is: what prepared it is no part of what follows. */
static uint64_t poll_for(uint64_t ns, uint64_t since_ns)
{
	uint64_t until = now_ns() + ns;

	while (since_ns < until) {
		uint64_t now = now_ns();

		target__log(since_ns, now);
		since_ns = now;
	}
	return since_ns;
}

static uint64_t disturb_oneself(enum request request, uint64_t since_ns)
{
	uint64_t cpu_ns, end_ns;
	struct rusage before;

	prepare(request);
	before = usage();
	since_ns = poll_for(WARMUP_NS, since_ns);
	cpu_ns = own_cpu_ns();
	stage->done.start_ns = now_ns();
	target__log(since_ns, stage->done.start_ns);
	act(request);
	end_ns = now_ns();
	stage->ran_ns = own_cpu_ns() - cpu_ns;
	target__log(stage->done.start_ns, end_ns);
	stage->done.end_ns = end_ns;
	if (request == TAKE_LOCK_STRONGLY)
		set_realtime(0, 0);
	stage->happened = has_happened(request, &before);
	since_ns = now_ns();
	target__log(end_ns, since_ns);
	return since_ns;
}

/* It slept of its own will: the gap begins when it should have run again. */
static uint64_t end_nap(uint64_t since_ns, const struct rusage *before)
{
	uint64_t end_ns = now_ns();

	stage->done = (struct interval){ stage->due_ns, end_ns };
	stage->happened = stage->due_ns > since_ns && usage().ru_nvcsw > before->ru_nvcsw;
	target__log_nap(since_ns, stage->happened ? stage->due_ns : end_ns);
	if (stage->happened)
		target__log(stage->due_ns, end_ns);
	return end_ns;
}

static uint64_t sleep_until_due(uint64_t since_ns)
{
	struct rusage before = usage();

	/* The default lets timers be 50 us late, and is back after each time under a real-time policy. */
	prctl(PR_SET_TIMERSLACK, 1);
	sleep_until(stage->due_ns);
	return end_nap(since_ns, &before);
}

static uint64_t await_bell(uint64_t since_ns)
{
	struct rusage before = usage();

	while (!__atomic_load_n(&stage->bell, __ATOMIC_ACQUIRE))
		futex_wait(&stage->bell, 0);
	__atomic_store_n(&stage->bell, 0, __ATOMIC_RELEASE);
	return end_nap(since_ns, &before);
}

/* Arms many timers on this CPU, all for the same time: one interrupt has to serve them all. */
static uint64_t arm_timers(uint64_t since_ns)
{
	uint64_t due_ns = now_ns() + ARMING_NS;
	struct itimerspec at = { .it_value = { (time_t)(due_ns / NS_PER_S),
					       (long)(due_ns % NS_PER_S) } };

	for (int i = 0; i < timer_count; i++) {
		uint64_t now;

		timerfd_settime(timers[i], TFD_TIMER_ABSTIME, &at, NULL);
		if (i % ARMED_AT_ONCE && i + 1 < timer_count)
			continue;
		now = now_ns();
		target__log(since_ns, now);
		since_ns = now;
	}
	stage->due_ns = due_ns;
	/* Late in arming, some are served apart: that is not what was meant. */
	stage->happened = timer_count > 100 && since_ns < due_ns;
	return since_ns;
}

uint64_t requests__serve(enum request request, uint64_t since_ns)
{
	if (request == SLEEP)
		return sleep_until_due(since_ns);
	if (request == AWAIT)
		return await_bell(since_ns);
	if (request == TIMERS)
		return arm_timers(since_ns);
	return disturb_oneself(request, since_ns);
}
