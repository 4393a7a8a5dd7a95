/* SPDX-License-Identifier: MIT */
/*
 * The matching engine: one thread that polls its socket and never sleeps, a thread that beats now
 * and then on the same CPU, and the main thread, which takes commands on standard input. A
 * command makes the engine do what engines do in production and should not: grow its memory, log
 * to disk, ask for a lock. It is answered by one line with the times at which that happened.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"
#include "modes.h"
#include "orderbook.h"

#define BATCH 16
#define MOST 100
#define GAP_NS (25 * NS_PER_MS)
#define BEAT_NS NS_PER_MS
#define HOLD_NS (2 * NS_PER_MS)
#define GROWTH_BYTES (2ul << 20)
#define LOG_BYTES (512ul << 10)
#define RANDOM_BYTES (1ul << 20)
#define CALL_GAP_NS (2 * NS_PER_MS)

enum request { NOTHING, FAULTS, FSYNC, SYSCALL, LOCK };

static int cpu, socket_fd, log_fd, beating, threads_ready;
static pid_t engine_tid, beat_tid;
static enum request request; /* set by the main thread, taken back by the engine when done */
static struct interval done;
static long waits; /* times that the engine blocked while it served the request */
static pthread_mutex_t positions = PTHREAD_MUTEX_INITIALIZER;
static struct orderbook book;
static char random_bytes[RANDOM_BYTES];
static char log_bytes[LOG_BYTES] __attribute__((aligned(4096)));

static void grow_memory(void)
{
	volatile char *area = mmap(NULL, GROWTH_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		fail("no memory: %s", strerror(errno));
	madvise((void *)area, GROWTH_BYTES, MADV_NOHUGEPAGE);
	done.start_ns = now_ns();
	for (unsigned long at = 0; at < GROWTH_BYTES; at += 4096)
		area[at] = 1;
	done.end_ns = now_ns();
	munmap((void *)area, GROWTH_BYTES);
}

static void serve(enum request what)
{
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	done.start_ns = now_ns();
	if (what == FAULTS) {
		grow_memory();
	} else if (what == FSYNC) {
		if (write(log_fd, log_bytes, LOG_BYTES) < 0 || fsync(log_fd))
			fail("cannot write the log: %s", strerror(errno));
	} else if (what == SYSCALL) {
		if (getrandom(random_bytes, RANDOM_BYTES, 0) < 0)
			fail("getrandom: %s", strerror(errno));
	} else {
		pthread_mutex_lock(&positions);
		pthread_mutex_unlock(&positions);
	}
	if (what != FAULTS)
		done.end_ns = now_ns();
	getrusage(RUSAGE_THREAD, &after);
	waits = after.ru_nvcsw - before.ru_nvcsw;
}

static void receive_orders(void)
{
	static struct order orders[BATCH][8];
	static struct iovec vectors[BATCH];
	static struct mmsghdr messages[BATCH];
	int got;

	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ orders[i], sizeof(orders[i]) };
		messages[i].msg_hdr =
			(struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	got = recvmmsg(socket_fd, messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++)
		for (unsigned k = 0; k < messages[i].msg_len / sizeof(struct order); k++)
			orderbook__submit(&book, orders[i][k]);
	if (got <= 0)
		spin_until(now_ns() + 2 * NS_PER_US);
}

static void *poll_orders(void *unused)
{
	(void)unused;
	pin_to(cpu);
	pthread_setname_np(pthread_self(), "engine");
	engine_tid = own_tid();
	__atomic_add_fetch(&threads_ready, 1, __ATOMIC_RELEASE);
	for (;;) {
		enum request what = __atomic_load_n(&request, __ATOMIC_ACQUIRE);

		if (what != NOTHING) {
			serve(what);
			__atomic_store_n(&request, NOTHING, __ATOMIC_RELEASE);
		}
		receive_orders();
	}
	return NULL;
}

/* Publishes nothing: it only has to be on time, and shares its CPU with the engine. */
static void *beat(void *unused)
{
	(void)unused;
	pin_to(cpu);
	pthread_setname_np(pthread_self(), "heartbeat");
	beat_tid = own_tid();
	__atomic_add_fetch(&threads_ready, 1, __ATOMIC_RELEASE);
	for (;;)
		sleep_ns(__atomic_load_n(&beating, __ATOMIC_RELAXED) ? BEAT_NS : 50 * NS_PER_MS);
	return NULL;
}

static void await_done(void)
{
	while (__atomic_load_n(&request, __ATOMIC_ACQUIRE) != NOTHING)
		sleep_ns(NS_PER_MS / 2);
}

/* glibc's lock word is 2 while somebody waits. */
static void hold_until_wanted(void)
{
	uint64_t limit = now_ns() + NS_PER_S;

	while (__atomic_load_n((uint32_t *)&positions, __ATOMIC_RELAXED) != 2 && now_ns() < limit)
		sleep_ns(20 * NS_PER_US);
	sleep_ns(HOLD_NS);
}

static void command_engine(const char *name, enum request what, long count)
{
	int must_wait = what == FSYNC || what == LOCK;
	struct interval list[MOST];
	long listed = 0;

	for (long i = 0; i < count; i++) {
		sleep_ns(GAP_NS);
		if (what == LOCK)
			pthread_mutex_lock(&positions);
		__atomic_store_n(&request, what, __ATOMIC_RELEASE);
		if (what == LOCK) {
			hold_until_wanted();
			pthread_mutex_unlock(&positions);
		}
		await_done();
		/* A disk that answers at once disturbs nobody: that is not counted. */
		if (!must_wait || waits > 0)
			list[listed++] = done;
	}
	report(name, engine_tid, list, listed);
}

/* Gives a page back, so that the engine's CPU must be interrupted to forget it. */
static void shoot_down(const char *name, long count)
{
	struct interval list[MOST];
	volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);

	if (page == MAP_FAILED)
		fail("no memory: %s", strerror(errno));
	for (long i = 0; i < count; i++) {
		sleep_ns(CALL_GAP_NS);
		*page = 1;
		list[i].start_ns = now_ns();
		madvise((void *)page, 4096, MADV_DONTNEED);
		list[i].end_ns = now_ns();
	}
	munmap((void *)page, 4096);
	report(name, engine_tid, list, count);
}

static int open_log(const char *directory)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/hftmon-demo-XXXXXX", directory);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		fail("cannot write to %s: %s", directory, strerror(errno));
	unlink(path);
	/* Past the page cache, where the file system can: the wait is then for the disk alone. */
	(void)!fcntl(fd, F_SETFL, O_DIRECT);
	return fd;
}

static int open_socket(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) ||
	    getsockname(fd, (struct sockaddr *)&at, &size))
		fail("cannot open a socket on loopback: %s", strerror(errno));
	*port = ntohs(at.sin_port);
	return fd;
}

static void run_command(const char *name, long count)
{
	if (count < 1 || count > MOST)
		fail("a command is: NAME COUNT, with 1 to %d", MOST);
	if (!strcmp(name, "faults"))
		command_engine(name, FAULTS, count);
	else if (!strcmp(name, "fsync"))
		command_engine(name, FSYNC, count);
	else if (!strcmp(name, "syscall"))
		command_engine(name, SYSCALL, count);
	else if (!strcmp(name, "lock"))
		command_engine(name, LOCK, count);
	else if (!strcmp(name, "tlb"))
		shoot_down(name, count);
	else if (!strcmp(name, "beat") || !strcmp(name, "rest")) {
		__atomic_store_n(&beating, !strcmp(name, "beat"), __ATOMIC_RELAXED);
		report(name, beat_tid, NULL, 0);
	} else
		fail("there is no command %s", name);
}

int engine(int argc, char **argv)
{
	pthread_t threads[2];
	char name[16];
	uint16_t port;
	long count;

	bound_lifetime(120);
	cpu = (int)option(argc, argv, "cpu", -1, 0, 1 << 20);
	log_fd = open_log(option_text(argc, argv, "dir", "/var/tmp"));
	socket_fd = open_socket(&port);
	orderbook__init(&book);
	memset(random_bytes, 1, sizeof(random_bytes)); /* mapped now, not under way */
	memset(log_bytes, 1, sizeof(log_bytes));
	keep_off(cpu);
	if (pthread_create(&threads[0], NULL, poll_orders, NULL) ||
	    pthread_create(&threads[1], NULL, beat, NULL))
		fail("cannot start a thread");
	while (__atomic_load_n(&threads_ready, __ATOMIC_ACQUIRE) < 2)
		sleep_ns(NS_PER_MS / 2);
	printf("{\"ready\":true,\"pid\":%d,\"engineTid\":%d,\"heartbeatTid\":%d,\"port\":%u}\n",
	       getpid(), engine_tid, beat_tid, port);
	fflush(stdout);
	while (scanf("%15s %ld", name, &count) == 2)
		run_command(name, count);
	printf("{\"orders\":%llu,\"trades\":%llu}\n", (unsigned long long)book.orders,
	       (unsigned long long)book.trades);
	return 0;
}
