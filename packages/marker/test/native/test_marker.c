/* SPDX-License-Identifier: MIT */
/* hftmon_marker.h by itself, as C11 and as C++. Argument: the test; the exit code is the line of a failure. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "hftmon_marker.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
			exit(1);                                               \
		}                                                              \
	} while (0)

static hftmon_marker_name one = HFTMON_MARKER_NAME("one");
static hftmon_marker_name two = HFTMON_MARKER_NAME("two");
static hftmon_marker_name again = HFTMON_MARKER_NAME("one");

static struct hftmon_marker_header *header(void)
{
	return hftmon_marker_header_(hftmon_marker_state_.local);
}

static struct hftmon_marker_slot *slot(uint32_t i)
{
	return hftmon_marker_slot_(hftmon_marker_state_.local, i);
}

/* A mark of the calling thread, counted from its first. */
static struct hftmon_marker_mark mark(uint64_t i)
{
	return hftmon_marker_writer_->ring[i & hftmon_marker_writer_->mask];
}

static uint32_t tid(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

static const char *name_text(uint64_t what)
{
	return hftmon_marker_names_(hftmon_marker_state_.local->area) + (what >> 32 & 0xffffff) * 64;
}

static void test_marks(void)
{
	double value;
	uint64_t bits;

	hftmon_marker_begin(&one, 7);
	hftmon_marker_instant(&two, 8, 1.5);
	hftmon_marker_end_value(&again, 7, -2.5);
	hftmon_marker_end(&two, UINT64_MAX);
	CHECK(header()->magic == HFTMON_MARKER_MAGIC);
	CHECK(header()->version == HFTMON_MARKER_VERSION);
	CHECK(header()->pid == (uint32_t)getpid());
	CHECK(header()->name_count == 3);
	CHECK(header()->used_slots == 1 && slot(0)->head == 4 && slot(0)->tid == tid());
	for (uint64_t i = 0; i < 4; i++) {
		CHECK((uint32_t)mark(i).what == tid());
		CHECK(!i || mark(i).counter >= mark(i - 1).counter);
	}
	CHECK(mark(0).id == 7 && mark(0).what >> 56 == HFTMON_MARKER_BEGIN);
	CHECK(!strcmp(name_text(mark(0).what), "one") && !strcmp(name_text(mark(2).what), "one"));
	CHECK(!strcmp(name_text(mark(1).what), "two") && mark(1).what >> 56 == HFTMON_MARKER_INSTANT);
	CHECK(mark(2).what >> 56 == HFTMON_MARKER_END && mark(3).id == UINT64_MAX);
	bits = mark(2).value;
	memcpy(&value, &bits, sizeof(value));
	CHECK(value == -2.5);
}

static void test_wrap(void)
{
	const struct hftmon_marker_options small = { 2, 64 };

	CHECK(!hftmon_marker_init(&small));
	for (uint64_t i = 0; i < 1000003; i++)
		hftmon_marker_instant(&one, i, 0);
	CHECK(slot(0)->head == 1000003);
	for (uint64_t i = 1000003 - 64; i < 1000003; i++)
		CHECK(mark(i).id == i);
}

static void *mark_often(void *count)
{
	for (uint64_t i = 0; i < *(uint64_t *)count; i++) {
		hftmon_marker_begin(&one, i);
		hftmon_marker_end(&one, i);
	}
	CHECK(hftmon_marker_writer_->slot->head % (2 * *(uint64_t *)count) == 0);
	return NULL;
}

static void run_threads(uint32_t threads, uint64_t *count)
{
	pthread_t handles[64];

	for (uint32_t i = 0; i < threads; i++)
		CHECK(!pthread_create(&handles[i], NULL, mark_often, count));
	for (uint32_t i = 0; i < threads; i++)
		pthread_join(handles[i], NULL);
}

/* Slots are taken over from threads that have ended; each ring goes on where it was. */
static void test_threads(void)
{
	uint64_t count = 997, marks = 0;

	for (int round = 0; round < 10; round++)
		run_threads(8, &count);
	for (uint32_t i = 0; i < header()->used_slots; i++) {
		marks += slot(i)->head;
		CHECK(!slot(i)->tid);
	}
	CHECK(marks == 10 * 8 * 2 * 997);
	CHECK(header()->used_slots <= 8);
	CHECK(!header()->refused_threads);
}

static void *hold(void *go)
{
	int *state = (int *)go;

	hftmon_marker_instant(&one, 0, 0);
	__atomic_add_fetch(state, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(state, __ATOMIC_ACQUIRE) < 100)
		sched_yield();
	return NULL;
}

static void test_full(void)
{
	const struct hftmon_marker_options small = { 3, 64 };
	pthread_t threads[5];
	int state = 0;

	CHECK(!hftmon_marker_init(&small));
	for (int i = 0; i < 5; i++)
		CHECK(!pthread_create(&threads[i], NULL, hold, &state));
	while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) < 5)
		sched_yield();
	CHECK(header()->refused_threads == 2 && header()->refused_marks == 2);
	CHECK(hftmon_marker_prepare() == HFTMON_MARKER_FAILED);
	hftmon_marker_instant(&one, 0, 0);
	hftmon_marker_instant(&one, 0, 0);
	CHECK(header()->refused_threads == 3 && header()->refused_marks == 4);
	__atomic_store_n(&state, 100, __ATOMIC_RELEASE);
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
}

static void test_names(void)
{
	static hftmon_marker_name names[2000];
	static char texts[2000][8];
	static hftmon_marker_name longest = HFTMON_MARKER_NAME(
		"0123456789012345678901234567890123456789012345678901234567890123456789");

	hftmon_marker_begin(&longest, 0);
	CHECK(strlen(name_text(mark(0).what)) == 63);
	for (int i = 0; i < 2000; i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%d", i);
		names[i].text = texts[i];
		hftmon_marker_instant(&names[i], 0, 0);
	}
	CHECK(header()->name_count == 1024);
	CHECK(header()->refused_names == 2000 - 1022);
	CHECK(!strcmp(name_text(mark(2000).what), "(other names)"));
	CHECK(!strcmp(name_text(mark(1).what), "n0"));
}

static void test_options(void)
{
	static const struct hftmon_marker_options wrong[] = {
		{ 4097, 0 }, { 0, 63 }, { 0, 100 }, { 0, 1u << 21 }, { 4096, 65536 },
	};
	const struct hftmon_marker_options right = { 7, 128 }, other = { 8, 0 }, any = { 0, 0 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		errno = 0;
		CHECK(hftmon_marker_init(&wrong[i]) == HFTMON_MARKER_FAILED && errno == EINVAL);
	}
	CHECK(!hftmon_marker_init(&right));
	CHECK(header()->thread_capacity == 7 && header()->ring_marks == 128);
	CHECK(hftmon_marker_init(&other) == HFTMON_MARKER_FAILED && errno == EBUSY);
	CHECK(!hftmon_marker_init(&right) && !hftmon_marker_init(&any) && !hftmon_marker_init(NULL));
}

static void check_child(uint64_t inode)
{
	struct stat area;

	CHECK(!hftmon_marker_writer_ || !hftmon_marker_writer_->ring);
	hftmon_marker_end(&one, 3);
	CHECK(header()->pid == (uint32_t)getpid());
	CHECK(slot(0)->head == 1 && mark(0).id == 3 && (uint32_t)mark(0).what == tid());
	CHECK(!strcmp(name_text(mark(0).what), "one"));
	CHECK(!fstat(hftmon_marker_state_.fd, &area) && area.st_ino != inode);
}

/* A forked child, however it was forked, leaves its parent's ring alone. */
static void test_fork(void)
{
	uint64_t inode;
	struct stat area;
	int status;

	hftmon_marker_begin(&two, 1);
	hftmon_marker_begin(&one, 2);
	CHECK(!fstat(hftmon_marker_state_.fd, &area));
	inode = (uint64_t)area.st_ino;
	for (int bare = 0; bare < 2; bare++) {
		pid_t child = bare ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();

		CHECK(child >= 0);
		if (!child) {
			check_child(inode);
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status));
	}
	hftmon_marker_end(&one, 4);
	CHECK(slot(0)->head == 3 && mark(2).id == 4);
	CHECK(!fstat(hftmon_marker_state_.fd, &area) && (uint64_t)area.st_ino == inode);
}

/* What the monitor demands of the file. */
static void test_file(void)
{
	char link[64], path[64];
	ssize_t length;
	int fd;

	hftmon_marker_instant(&one, 0, 0);
	fd = hftmon_marker_state_.fd;
	CHECK((fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW)) == (F_SEAL_SHRINK | F_SEAL_GROW));
	CHECK(ftruncate(fd, 0) == -1 && errno == EPERM);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, link, sizeof(link) - 1);
	CHECK(length > 0);
	link[length] = 0;
	CHECK(!strcmp(link, "/memfd:hftmon-marker (deleted)"));
}

/* ns per mark, the best of some runs; for people and benchmarks. */
static void measure(void)
{
	double best = 1e9;

	hftmon_marker_prepare();
	for (int run = 0; run < 10; run++) {
		uint64_t begin = hftmon_marker_monotonic_ns_(), ns;

		for (uint64_t i = 0; i < 500000; i++) {
			hftmon_marker_begin(&one, i);
			hftmon_marker_end(&one, i);
		}
		ns = hftmon_marker_monotonic_ns_() - begin;
		if ((double)ns / 1e6 < best)
			best = (double)ns / 1e6;
	}
	printf("%.2f %u\n", best, hftmon_marker_state_.local->clock);
}

#ifdef __cplusplus
static void test_span(void)
{
	try {
		hftmon::span outer(one, 5);
		hftmon::span inner(two);
		inner.value(3.5);
		throw 1;
	} catch (int) {
	}
	CHECK(slot(0)->head == 4);
	CHECK(mark(0).id == 5 && mark(1).id == 0);
	CHECK(mark(2).what >> 56 == HFTMON_MARKER_END && !strcmp(name_text(mark(2).what), "two"));
	CHECK(!strcmp(name_text(mark(3).what), "one") && mark(3).id == 5);
}
#endif

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "marks", test_marks },     { "wrap", test_wrap },	  { "threads", test_threads },
		{ "full", test_full },	     { "names", test_names },	  { "options", test_options },
		{ "fork", test_fork },	     { "file", test_file },	  { "measure", measure },
#ifdef __cplusplus
		{ "span", test_span },
#endif
	};

	for (size_t i = 0; argc > 1 && i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (strcmp(argv[1], tests[i].name))
			continue;
		tests[i].run();
		return 0;
	}
	return 2;
}
